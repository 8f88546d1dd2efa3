// Broadened intensities from what was kept of a chunk: the bits of a whole calculation.
#include <cstring>
#include <future>

#include "core/kernel/kernel.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

struct Variant {
  std::optional<double> temperature;
  bool negative_e;
  double width, frequency_scale, scale;
};

JobOptions options_of(const Recipe& recipe, LineShape shape, const Variant& variant) {
  JobOptions options = test::options_of(Quantity::sqw);
  options.scattering = scattering_of(recipe);
  options.scattering.debye_waller.clear();
  options.scattering.temperature = variant.temperature;
  options.scattering.negative_e = variant.negative_e;
  options.broadening.shape = shape;
  options.broadening.width = {variant.width, 0.01};
  options.broadening.frequency_scale = variant.frequency_scale;
  options.broadening.scale = variant.scale;
  return options;
}

// With energies from -20 to 60 meV.
Chunk chunk_of(const Points& points) {
  Chunk chunk = make_chunk(points, 0, points.size());
  for (std::size_t k = 0; k < points.size(); ++k)
    chunk.energies.push_back(-20 + 80.0 * static_cast<double>(k) / static_cast<double>(points.size()));
  return chunk;
}

Chunk known_chunk(const std::shared_ptr<KeptLines>& kept) {
  Chunk chunk;
  chunk.count = kept->count;
  chunk.kept = kept;
  return chunk;
}

bool same_bits(const ChunkResult& a, const ChunkResult& b) {
  return a.count == b.count && a.imaginary == b.imaginary &&
         std::memcmp(a.intensities.get(), b.intensities.get(), a.count * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("core: intensities from kept lines have the bits of a whole calculation", "[core][pool]") {
  Pool pool(2);
  const Variant first{300.0, true, 1.5, 1, 1};
  const Variant others[] = {
      {300.0, true, 0.4, 1.07, 2}, {20.0, false, 3, 1, 1}, {std::nullopt, true, 1, 0.9, 1}};
  for (const Recipe& recipe : tested_recipes()) {
    const auto plan = plan_of(make_crystal(recipe));
    const auto points = Random(recipe.seed).points(batch_points() + 5, 2);
    for (const LineShape shape : {LineShape::gauss, LineShape::lorentz, LineShape::dho}) {
      INFO(recipe.name << ", shape " << static_cast<int>(shape));
      const auto job = std::make_shared<Job>(plan, options_of(recipe, shape, first));
      const auto kept = std::make_shared<KeptLines>(*job, points.size());
      CHECK(kept->bytes() == job->kept_bytes(points.size()));
      Chunk filling = chunk_of(points);
      filling.kept = kept;
      const ChunkResult whole = run(pool, job, chunk_of(points));
      CHECK(same_bits(run(pool, job, std::move(filling)), whole));
      REQUIRE(kept->filled);
      CHECK(same_bits(run(pool, job, known_chunk(kept)), whole));
      for (const Variant& variant : others) {
        const auto other = std::make_shared<Job>(plan, options_of(recipe, shape, variant));
        const ChunkResult expected = run(pool, other, chunk_of(points));
        CHECK_FALSE(std::memcmp(expected.intensities.get(), whole.intensities.get(), 8 * points.size()) == 0);
        CHECK(same_bits(run(pool, other, known_chunk(kept)), expected));
      }
    }
  }
}

TEST_CASE("core: lines of a chunk that was cancelled are not kept", "[core][pool]") {
  Pool pool(2);
  const Recipe recipe = tested_recipes().front();
  const auto job = std::make_shared<Job>(plan_of(make_crystal(recipe)),
                                         options_of(recipe, LineShape::gauss, {300.0, true, 1, 1, 1}));
  const auto points = Random(1).points(3 * batch_points(), 2);
  Chunk chunk = chunk_of(points);
  chunk.kept = std::make_shared<KeptLines>(*job, points.size());
  const auto kept = chunk.kept;
  job->cancel();
  CHECK(run(pool, job, std::move(chunk)).cancelled);
  CHECK_FALSE(kept->filled);
}
