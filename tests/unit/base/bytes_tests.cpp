// Bytes, hexadecimal and opaque identifiers.
#include "base/bytes.hpp"

#include "base/opaque.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb {

BOOST_AUTO_TEST_SUITE(bytes)

// Every byte survives hexadecimal, in either case.
BOOST_AUTO_TEST_CASE(hex_round_trip) {
    Bytes all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
    const auto text = to_hex(all);
    BOOST_TEST(text.substr(0, 8) == "00010203");
    BOOST_TEST(text.substr(508) == "feff");
    BOOST_TEST((from_hex(text) == all));
    BOOST_TEST((from_hex("DEADbeef") == Bytes{0xde, 0xad, 0xbe, 0xef}));
    BOOST_TEST((from_hex("") == Bytes{}));
}

// What is not hexadecimal is refused, the neighbours of the digits in ASCII included.
BOOST_AUTO_TEST_CASE(hex_refuses_other_text) {
    for (const auto* text : {"0", "123", "0x", "g0", "0g", "/0", ":0", "@0", "G0", "`0", " 0", "0 "}) {
        BOOST_TEST(!from_hex(text).has_value(), text);
    }
    BOOST_TEST(!from_hex(std::string_view("\0\0", 2)).has_value());
}

// Views of nothing are legal everywhere.
BOOST_AUTO_TEST_CASE(empty_views) {
    Bytes out{1};
    append(out, {});
    copy(out, {});
    fill_zero({});
    BOOST_TEST((out == Bytes{1}));
    BOOST_TEST(equal({}, {}));
    BOOST_TEST(all_zero({}));
    BOOST_TEST(to_hex({}).empty());
}

// equal and all_zero look at every byte and at the length.
BOOST_AUTO_TEST_CASE(comparisons_see_every_byte) {
    const Bytes zeros(33);
    BOOST_TEST(all_zero(zeros));
    BOOST_TEST(!equal(zeros, ByteView(zeros).first(32)));
    for (std::size_t i = 0; i < zeros.size(); ++i) {
        auto changed = zeros;
        changed[i] = 0x80;
        BOOST_TEST(!all_zero(changed));
        BOOST_TEST(!equal(zeros, changed));
    }
}

// An Opaque takes exactly its size and orders as a big-endian number.
BOOST_AUTO_TEST_CASE(opaque_size_and_order) {
    using Id = Opaque<struct TestTag, 8>;
    BOOST_TEST(!Id::from(Bytes(7)).has_value());
    BOOST_TEST(!Id::from(Bytes(9)).has_value());
    BOOST_TEST(Id::from(Bytes(8))->is_zero());
    const auto low = *Id::from(*from_hex("00000000000000ff"));
    const auto high = *Id::from(*from_hex("0100000000000000"));
    BOOST_TEST((low < high));
    BOOST_TEST((low != high));
    BOOST_TEST(high.hex() == "0100000000000000");
    BOOST_TEST(high.brief() == "01000000");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
