// Texts of the protocol are UTF-8; MATLAB's are UTF-16, Octave's bytes.
#pragma once

#include <cstddef>
#include <string>

namespace euphonic::wire {

// Whether the bytes are well-formed UTF-8: shortest forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(const std::string& text);

// A surrogate without its other half becomes U+FFFD.
std::string utf8_from(const char16_t* units, std::size_t count);

// `text` is well-formed UTF-8.
std::u16string utf16_from(const std::string& text);

}  // namespace euphonic::wire
