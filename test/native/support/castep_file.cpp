#include "castep_file.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <vector>

namespace euphonic::test {

namespace {

using Bytes = std::vector<unsigned char>;

template <class T>
T big_endian(const unsigned char* p) {
  unsigned char reversed[sizeof(T)];
  for (std::size_t k = 0; k < sizeof(T); ++k) reversed[k] = p[sizeof(T) - 1 - k];
  T out;
  std::memcpy(&out, reversed, sizeof(T));
  return out;
}

template <class T>
std::vector<T> numbers(const Bytes& record) {
  std::vector<T> out;
  for (std::size_t at = 0; at + sizeof(T) <= record.size(); at += sizeof(T))
    out.push_back(big_endian<T>(record.data() + at));
  return out;
}

class Records {
 public:
  explicit Records(const std::string& path) : file_(path, std::ios::binary) {
    if (!file_) throw std::runtime_error("cannot open " + path);
  }
  // Empty at the end of the file.
  bool next(Bytes& record) {
    unsigned char marker[4];
    if (!file_.read(reinterpret_cast<char*>(marker), 4)) return false;
    record.resize(big_endian<std::uint32_t>(marker));
    file_.read(reinterpret_cast<char*>(record.data()), static_cast<std::streamsize>(record.size()));
    file_.read(reinterpret_cast<char*>(marker), 4);
    if (!file_ || big_endian<std::uint32_t>(marker) != record.size())
      throw std::runtime_error("a damaged Fortran record");
    return true;
  }
  Bytes expect() {
    Bytes record;
    if (!next(record)) throw std::runtime_error("the file ends too early");
    return record;
  }

 private:
  std::ifstream file_;
};

std::string text(const Bytes& record) {
  std::string out(record.begin(), record.end());
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace

std::optional<std::string> test_data(const std::string& name) {
  const char* given = std::getenv("EUPHONIC_TEST_DATA");
  const std::string folder = given != nullptr ? given : std::string(EUPHONIC_SOURCE_DIR) + "/../shared/data";
  const std::string path = folder + "/" + name;
  if (!std::ifstream(path)) return {};
  return path;
}

Model read_castep(const std::string& path) {
  Records records(path);
  Model m;
  std::map<std::string, Bytes> cell;
  Bytes record;
  bool in_cell = false;
  while (records.next(record)) {
    if (record.size() > 256) continue;  // longer than any keyword
    const std::string word = text(record);
    if (word == "BEGIN_UNIT_CELL") in_cell = cell.empty();
    if (word == "END_UNIT_CELL") in_cell = false;
    if (in_cell && (word.rfind("CELL%", 0) == 0 || word.rfind("CELL_", 0) == 0))
      cell[word] = records.expect();
    if (word == "FORCE_CON") {
      const auto matrix = numbers<std::int32_t>(records.expect());
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) m.sc_matrix[i][j] = matrix[i + 3 * j];
      const auto constants = numbers<double>(records.expect());
      m.cell_origins = numbers<std::int32_t>(records.expect());
      m.n_cells = static_cast<int>(m.cell_origins.size() / 3);
      m.n_atoms = static_cast<int>(std::lround(std::sqrt(constants.size() / (9.0 * m.n_cells))));
      // (component and atom in cell 0, component and atom in the other, cell), the first index fastest
      const std::size_t n = 3 * static_cast<std::size_t>(m.n_atoms);
      m.force_constants.resize(constants.size());
      for (std::size_t c = 0; c < constants.size() / (n * n); ++c)
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j)
            m.force_constants[(c * n + i) * n + j] = constants[(c * n + j) * n + i];
    }
    if (word == "BORN_CHGS") m.born = numbers<double>(records.expect());
    if (word == "DIELECTRIC") {
      const auto e = numbers<double>(records.expect());
      for (int k = 0; k < 9; ++k) m.dielectric[k % 3][k / 3] = e[k];
    }
  }
  if (m.force_constants.empty()) throw std::runtime_error(path + " has no force constants");
  const auto lattice = numbers<double>(cell.at("CELL%REAL_LATTICE"));
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) m.cell_vectors[i][j] = lattice[i + 3 * j];
  const auto most = static_cast<std::size_t>(numbers<std::int32_t>(cell.at("CELL%MAX_IONS_IN_SPECIES"))[0]);
  const auto counts = numbers<std::int32_t>(cell.at("CELL%NUM_IONS_IN_SPECIES"));
  const auto masses = numbers<double>(cell.at("CELL%SPECIES_MASS"));
  const auto positions = numbers<double>(cell.at("CELL%IONIC_POSITIONS"));
  for (std::size_t s = 0; s < counts.size(); ++s)
    for (int i = 0; i < counts[s]; ++i) {
      for (int a = 0; a < 3; ++a) m.atom_r.push_back(positions[3 * (s * most + i) + a]);
      m.atom_mass.push_back(masses[s]);  // electron masses
    }
  return m;
}

}  // namespace euphonic::test
