// Published test vectors as data: tests/vectors, read once per test.
#pragma once

#include "base/bytes.hpp"

#include <boost/json.hpp>

namespace catacomb::testing {

// The whole of tests/vectors/<name>. Throws when it is not there.
boost::json::value load_vectors(const std::string& name);

// A hexadecimal field's bytes. Throws when it is not one.
Bytes hex_field(const boost::json::value& object, std::string_view field);

// Literal hexadecimal in a test.
Bytes hex(std::string_view text);
template <std::size_t N>
ByteArray<N> hex_array(std::string_view text) {
    ByteArray<N> out{};
    copy(out, hex(text));
    return out;
}

}  // namespace catacomb::testing
