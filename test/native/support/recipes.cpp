#include <stdexcept>

#include "crystals.h"

namespace euphonic::test {

namespace {

using Supercell = decltype(Recipe::supercell);
constexpr Supercell kSkew = {{{2, 1, 0}, {-1, 2, 1}, {0, 1, 2}}};
constexpr Supercell kNegative = {{{0, 2, 1}, {2, 0, 1}, {1, 1, 2}}};

class Recipes {
 public:
  template <class Change>
  void add(const char* name, const Change& change) {
    Recipe r;
    r.name = name;
    r.seed = 100 + static_cast<unsigned>(all.size());
    change(r);
    all.push_back(r);
  }
  std::vector<Recipe> all;
};

void add_without_charges(Recipes& to) {
  to.add("triclinic", [](Recipe&) {});
  to.add("non-diagonal supercell, cells in any order", [](Recipe& r) {
    r.supercell = kSkew;
    r.scattered_origins = true;
  });
  to.add("left-handed cell, atoms outside, supercell of negative determinant", [](Recipe& r) {
    r.shape = CellShape::left_handed;
    r.supercell = kNegative;
    r.atoms_outside = r.scattered_origins = true;
  });
  to.add("single cell", [](Recipe& r) {
    r.n_general = 5;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  to.add("monatomic, 12 x 12 x 12 cells", [](Recipe& r) {
    r.n_self = 1;
    r.shape = CellShape::cubic;
    r.supercell = {{{12, 0, 0}, {0, 12, 0}, {0, 0, 12}}};
  });
  to.add("inversion, pairs", [](Recipe& r) { r.n_pairs = 3; });
  to.add("inversion, pairs and self-images", [](Recipe& r) {
    r.n_pairs = 2;
    r.n_self = 3;
    r.supercell = {{{3, 0, 0}, {0, 2, 0}, {0, 0, 1}}};
    r.scattered_origins = r.atoms_outside = true;
  });
  to.add("inversion, self-images only", [](Recipe& r) {
    r.n_self = 4;
    r.supercell = kSkew;
  });
  to.add("inversion, an atom looks like a centre and is none", [](Recipe& r) {
    r.n_pairs = 1;
    r.quarter_pair = true;
  });
}

void add_polar(Recipes& to) {
  to.add("polar, anisotropic charges", [](Recipe& r) {
    r.polar = true;
    r.n_general = 4;
    r.supercell = kSkew;
    r.scattered_origins = true;
  });
  to.add("polar, isotropic charges, left-handed cell, atoms outside", [](Recipe& r) {
    r.polar = r.isotropic_charges = r.atoms_outside = true;
    r.shape = CellShape::left_handed;
  });
  to.add("polar, cubic cell", [](Recipe& r) {
    r.polar = r.isotropic_charges = true;
    r.n_general = 2;
    r.shape = CellShape::cubic;
  });
  to.add("polar, inversion, pairs and self-images, atoms outside", [](Recipe& r) {
    r.polar = r.atoms_outside = true;
    r.n_pairs = 2;
    r.n_self = 2;
  });
  to.add("polar, inversion, isotropic charges", [](Recipe& r) {
    r.polar = r.isotropic_charges = true;
    r.n_pairs = 1;
    r.n_self = 2;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  to.add("polar, monatomic", [](Recipe& r) {
    r.polar = true;
    r.n_self = 1;
    r.supercell = {{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}};
  });
  to.add("polar, inversion, rhombohedral cell", [](Recipe& r) {
    r.polar = true;
    r.n_pairs = 2;
    r.n_self = 1;
    r.shape = CellShape::rhombohedral;
    r.supercell = {{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}};
  });
}

// Large enough for what the kernel does in blocks.
void add_large(Recipes& to) {
  to.add("many atoms, inversion", [](Recipe& r) {
    r.n_pairs = 15;
    r.n_self = 2;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  to.add("many atoms", [](Recipe& r) {
    r.n_general = 17;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
}

}  // namespace

std::vector<Recipe> recipes() {
  Recipes out;
  add_without_charges(out);
  add_polar(out);
  add_large(out);
  return out.all;
}

const Recipe& recipe(std::string_view name) {
  static const std::vector<Recipe> all = recipes();
  for (const Recipe& r : all)
    if (r.name == name) return r;
  throw std::logic_error("no recipe " + std::string(name));
}

}  // namespace euphonic::test
