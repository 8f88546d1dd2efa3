// UTF-8 of the protocol and UTF-16 of MATLAB.
#include <string>
#include <utility>

#include "mex/wire/text.h"
#include "support/catch.h"

using euphonic::wire::is_utf8;
using euphonic::wire::utf16_from;
using euphonic::wire::utf8_from;

TEST_CASE("texts keep their characters between UTF-16 and UTF-8", "[mex]") {
  const std::pair<std::u16string, std::string> pairs[] = {
      {u"", ""},
      {u"quartz.json", "quartz.json"},
      {u"/home/J\u00e9r\u00f4me/\u00e4", "/home/J\xC3\xA9r\xC3\xB4me/\xC3\xA4"},
      {u"\u007f\u0080\u07ff\u0800\uffff", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
      {u"\U00010000\U0010FFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
  };
  for (const auto& [utf16, utf8] : pairs) {
    CHECK(utf8_from(utf16.data(), utf16.size()) == utf8);
    CHECK(is_utf8(utf8));
    CHECK((utf16_from(utf8) == utf16));
  }
}

TEST_CASE("half a surrogate pair is replaced", "[mex]") {
  const char16_t halves[] = {0xD800, u'a', 0xDC00, 0xDBFF};
  CHECK(utf8_from(halves, 4) ==
        "\xEF\xBF\xBD"
        "a"
        "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("what is not UTF-8 is recognised", "[mex]") {
  const std::string bad[] = {
      "\xE4",              // Latin-1
      "a\xE9z",            // Latin-1 inside
      "\x80",              // a continuation alone
      "\xC3",              // the end missing
      "\xE2\x82",          // the end missing
      "\xC0\xAF",          // longer than needed
      "\xE0\x80\xAF",      // longer than needed
      "\xF0\x80\x80\xAF",  // longer than needed
      "\xED\xA0\x80",      // a surrogate
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF5\x80\x80\x80",
      "\xFF",
  };
  for (const std::string& text : bad) CHECK_FALSE(is_utf8(text));
}
