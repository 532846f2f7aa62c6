// Writer and Reader: layout, bounds, and failures that stick.
#include "base/codec.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb {

BOOST_AUTO_TEST_SUITE(codec)

static Bytes sample() {
    Writer out;
    out.u8(0x01).u16(0x0302).u32(0x07060504).u64(0x0f0e0d0c0b0a0908).sized(view("ab")).raw(view("cd"));
    return out.take();
}

// Integers are little-endian, sized bytes carry a u32 length.
BOOST_AUTO_TEST_CASE(layout) {
    BOOST_TEST(to_hex(sample()) ==
               "0102030405060708090a0b0c0d0e0f"
               "02000000"
               "6162"
               "6364");
}

// A Reader gives back what a Writer took, and knows when it is done.
BOOST_AUTO_TEST_CASE(round_trip) {
    const auto bytes = sample();
    Reader in(bytes);
    BOOST_TEST(in.u8() == 0x01);
    BOOST_TEST(in.u16() == 0x0302);
    BOOST_TEST(in.u32() == 0x07060504u);
    BOOST_TEST(in.u64() == 0x0f0e0d0c0b0a0908u);
    BOOST_TEST(as_text(in.sized(2)) == "ab");
    BOOST_TEST(!in.done());
    BOOST_TEST(as_text(in.rest()) == "cd");
    BOOST_TEST(in.done());
}

// Every truncation of a message is noticed at the end.
BOOST_AUTO_TEST_CASE(every_truncation_fails) {
    const auto bytes = sample();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        Reader in(ByteView(bytes).first(length));
        in.u8(), in.u16(), in.u32(), in.u64(), in.sized(2), in.raw(2);
        BOOST_TEST(!in.ok(), length);
        BOOST_TEST(!in.done(), length);
    }
}

// After a failure everything reads as zero and nothing more is taken, although there would be enough bytes.
BOOST_AUTO_TEST_CASE(failure_sticks) {
    const Bytes bytes{0xff, 0xff, 0xff};
    Reader in(bytes);
    BOOST_TEST(in.u32() == 0u);
    BOOST_TEST(in.left() == 3u);
    BOOST_TEST(in.u8() == 0);
    BOOST_TEST(in.raw(1).empty());
    BOOST_TEST(in.rest().empty());
    BOOST_TEST((in.opaque<Opaque<struct TestTag, 2>>().is_zero()));
    BOOST_TEST(!in.ok());
}

// A length over the caller's maximum fails, even where the bytes are there; the longest possible too.
BOOST_AUTO_TEST_CASE(sized_is_bounded) {
    Writer out;
    out.sized(Bytes(5));
    Reader over(out.bytes());
    BOOST_TEST(over.sized(4).empty());
    BOOST_TEST(!over.ok());
    Reader within(out.bytes());
    BOOST_TEST(within.sized(5).size() == 5u);
    BOOST_TEST(within.done());

    const Bytes huge{0xff, 0xff, 0xff, 0xff, 0};
    Reader lying(huge);
    BOOST_TEST(lying.sized(SIZE_MAX).empty());
    BOOST_TEST(!lying.ok());
}

// Of a message with bytes left over, all that was asked for is there, but it is not done.
BOOST_AUTO_TEST_CASE(left_over_bytes_are_not_done) {
    const Bytes bytes{1, 2};
    Reader in(bytes);
    BOOST_TEST(in.u8() == 1);
    BOOST_TEST(in.ok());
    BOOST_TEST(!in.done());
    BOOST_TEST(in.left() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
