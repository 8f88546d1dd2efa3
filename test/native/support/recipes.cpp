#include <stdexcept>

#include "crystals.h"

namespace euphonic::test {

std::vector<Recipe> recipes() {
  std::vector<Recipe> out;
  const auto add = [&](const char* name, auto&& change) {
    Recipe r;
    r.name = name;
    r.seed = 100 + static_cast<unsigned>(out.size());
    change(r);
    out.push_back(r);
  };
  using S = decltype(Recipe::supercell);
  const S skew = {{{2, 1, 0}, {-1, 2, 1}, {0, 1, 2}}};
  const S negative = {{{0, 2, 1}, {2, 0, 1}, {1, 1, 2}}};
  add("triclinic", [](Recipe&) {});
  add("non-diagonal supercell, cells in any order", [&](Recipe& r) {
    r.supercell = skew;
    r.scattered_origins = true;
  });
  add("left-handed cell, atoms outside, supercell of negative determinant", [&](Recipe& r) {
    r.shape = CellShape::left_handed;
    r.supercell = negative;
    r.atoms_outside = r.scattered_origins = true;
  });
  add("single cell", [](Recipe& r) {
    r.n_general = 5;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  add("monatomic, 12 x 12 x 12 cells", [](Recipe& r) {
    r.n_self = 1;
    r.shape = CellShape::cubic;
    r.supercell = {{{12, 0, 0}, {0, 12, 0}, {0, 0, 12}}};
  });
  add("inversion, pairs", [](Recipe& r) { r.n_pairs = 3; });
  add("inversion, pairs and self-images", [&](Recipe& r) {
    r.n_pairs = 2;
    r.n_self = 3;
    r.supercell = {{{3, 0, 0}, {0, 2, 0}, {0, 0, 1}}};
    r.scattered_origins = r.atoms_outside = true;
  });
  add("inversion, self-images only", [&](Recipe& r) {
    r.n_self = 4;
    r.supercell = skew;
  });
  add("inversion, an atom looks like a centre and is none", [](Recipe& r) {
    r.n_pairs = 1;
    r.quarter_pair = true;
  });
  add("polar, anisotropic charges", [&](Recipe& r) {
    r.polar = true;
    r.n_general = 4;
    r.supercell = skew;
    r.scattered_origins = true;
  });
  add("polar, isotropic charges, left-handed cell, atoms outside", [](Recipe& r) {
    r.polar = r.isotropic_charges = r.atoms_outside = true;
    r.shape = CellShape::left_handed;
  });
  add("polar, cubic cell", [](Recipe& r) {
    r.polar = r.isotropic_charges = true;
    r.n_general = 2;
    r.shape = CellShape::cubic;
  });
  add("polar, inversion, pairs and self-images, atoms outside", [](Recipe& r) {
    r.polar = r.atoms_outside = true;
    r.n_pairs = 2;
    r.n_self = 2;
  });
  add("polar, inversion, isotropic charges", [](Recipe& r) {
    r.polar = r.isotropic_charges = true;
    r.n_pairs = 1;
    r.n_self = 2;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  add("polar, monatomic", [](Recipe& r) {
    r.polar = true;
    r.n_self = 1;
    r.supercell = {{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}};
  });
  add("polar, inversion, rhombohedral cell", [](Recipe& r) {
    r.polar = true;
    r.n_pairs = 2;
    r.n_self = 1;
    r.shape = CellShape::rhombohedral;
    r.supercell = {{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}};
  });
  // Large enough for what the kernel does in blocks.
  add("many atoms, inversion", [](Recipe& r) {
    r.n_pairs = 15;
    r.n_self = 2;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  add("many atoms", [](Recipe& r) {
    r.n_general = 17;
    r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  });
  return out;
}

const Recipe& recipe(const std::string& name) {
  static const std::vector<Recipe> all = recipes();
  for (const Recipe& r : all)
    if (r.name == name) return r;
  throw std::logic_error("no recipe " + name);
}

}  // namespace euphonic::test
