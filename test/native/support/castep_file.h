// The little of a CASTEP .castep_bin that a comparison needs, read anew: Fortran records, big-endian.
#pragma once

#include <optional>
#include <string>

#include "core/model.h"

namespace euphonic::test {

// Path of a reference file below $EUPHONIC_TEST_DATA, else ../shared/data beside the checkout; none if there
// is no such file.
std::optional<std::string> test_data(const std::string& name);

// Cell, positions, masses and force constants; Born charges where the file has
// them. Throws std::runtime_error.
Model read_castep(const std::string& path);

}  // namespace euphonic::test
