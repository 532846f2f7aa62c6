// Proves: parts and messages of every length survive encoding, every header or padding that is not ours is
// refused, and the assembler holds no more than its maximum whatever it is fed.
#include "routing/onion/parts.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {
namespace {

constexpr std::size_t kPayload = 64;

Bytes encoded(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) {
    Bytes payload(kPayload, 0xee);
    encode_part(payload, stream, kind, flags, data);
    return payload;
}

bool is_malformed(ByteView payload) {
    const auto part = decode_part(payload);
    return part.has_error() && part.error().is(Code::malformed);
}

BOOST_AUTO_TEST_SUITE(onion_parts)

BOOST_AUTO_TEST_CASE(parts_of_every_length_come_back) {
    crypto::SeededRng rng(1);
    for (std::size_t length = 0; length <= kPayload - kPartHeader; ++length) {
        Bytes data(length);
        rng.fill(data);
        const auto payload = encoded(0x01020304, PartKind::extend, kPartFirst | kPartLast, data);
        const auto part = decode_part(payload);
        BOOST_REQUIRE(part);
        BOOST_TEST(part->stream == 0x01020304u);
        BOOST_TEST((part->kind == PartKind::extend));
        BOOST_TEST((part->has(kPartFirst) && part->has(kPartLast) && !part->has(kPartEnd)));
        BOOST_TEST(equal(part->data, data));
    }
}

BOOST_AUTO_TEST_CASE(the_header_is_little_endian) {
    const auto payload = encoded(0x01020304, PartKind::message, kPartFirst, Bytes{0xaa, 0xbb});
    BOOST_TEST(to_hex(ByteView(payload).first(11)) == "0403020101010200aabb00");
}

BOOST_AUTO_TEST_CASE(unknown_kinds_flags_and_combinations_are_malformed) {
    const auto good = encoded(1, PartKind::message, kPartFirst | kPartLast, Bytes{1});
    const auto with = [&](std::size_t at, std::uint8_t value) {
        auto payload = good;
        payload[at] = value;
        return payload;
    };
    BOOST_TEST(is_malformed(with(4, 0)));
    for (unsigned kind = 6; kind < 256; ++kind)
        BOOST_TEST(is_malformed(with(4, static_cast<std::uint8_t>(kind))));
    for (unsigned flags = 16; flags < 256; ++flags)
        BOOST_TEST(is_malformed(with(5, static_cast<std::uint8_t>(flags))));
    BOOST_TEST(is_malformed(with(5, kPartEnd)));    // an end within a message
    BOOST_TEST(is_malformed(with(5, kPartReset)));  // a reset that says something
    BOOST_TEST(is_malformed(with(5, kPartReset | kPartLast)));
    BOOST_TEST(is_malformed(with(4, 5)));  // a drop that says something
    BOOST_TEST(!is_malformed(encoded(1, PartKind::message, kPartReset, {})));
    BOOST_TEST(!is_malformed(encoded(1, PartKind::drop, 0, {})));
}

BOOST_AUTO_TEST_CASE(lengths_and_padding_are_checked) {
    auto payload = encoded(1, PartKind::message, 0, Bytes{1, 2, 3});
    for (std::size_t i = kPartHeader + 3; i < kPayload; ++i) {
        auto changed = payload;
        changed[i] = 1;
        BOOST_TEST(is_malformed(changed));
    }
    payload[6] = kPayload - kPartHeader + 1;
    BOOST_TEST(is_malformed(payload));
    payload[6] = 0xff, payload[7] = 0xff;
    BOOST_TEST(is_malformed(payload));
    for (std::size_t size = 0; size < kPartHeader; ++size) BOOST_TEST(is_malformed(Bytes(size, 1)));
}

// Encodes a message in parts and puts it together again; returns how many parts it took.
std::size_t round_trip(const Bytes& message, bool end) {
    MessageAssembler assembler(message.size());
    std::uint8_t flags = kPartFirst;
    ByteView left = message;
    for (std::size_t parts = 1;; ++parts) {
        const auto piece = left.first(std::min(left.size(), kPayload - kPartHeader));
        left = left.subspan(piece.size());
        if (left.empty()) flags |= kPartLast | (end ? kPartEnd : 0);
        const auto payload = encoded(9, PartKind::message, flags, piece);
        const auto part = decode_part(payload);
        BOOST_REQUIRE(part);
        const auto whole = assembler.add(*part);
        BOOST_REQUIRE(whole);
        BOOST_REQUIRE(whole->has_value() == left.empty());
        BOOST_REQUIRE(part->has(kPartEnd) == (end && left.empty()));
        flags = 0;
        if (!left.empty()) continue;
        BOOST_TEST(equal(**whole, message));
        BOOST_TEST(assembler.held() == 0u);
        return parts;
    }
}

BOOST_AUTO_TEST_CASE(messages_of_every_length_are_cut_and_put_together) {
    constexpr std::size_t kData = kPayload - kPartHeader;
    crypto::SeededRng rng(2);
    for (std::size_t length = 0; length <= 4 * kData + 1; ++length) {
        Bytes message(length);
        rng.fill(message);
        const auto wanted = length == 0 ? 1 : (length + kData - 1) / kData;
        BOOST_TEST(round_trip(message, length % 2 == 0) == wanted);
    }
}

BOOST_AUTO_TEST_CASE(the_assembler_refuses_parts_out_of_turn_and_messages_over_the_maximum) {
    const Bytes data(10);
    const auto part = [&](std::uint8_t flags, std::size_t length) {
        return PartView{1, PartKind::message, flags, ByteView(data).first(length)};
    };
    const auto code = [](MessageAssembler& to, const PartView& view) {
        const auto out = to.add(view);
        return out.has_error() ? std::optional<Code>(out.error().code) : std::nullopt;
    };
    MessageAssembler idle(20);
    BOOST_TEST((code(idle, part(kPartLast, 1)) == Code::malformed));  // continues nothing
    MessageAssembler within(20);
    BOOST_TEST(!code(within, part(kPartFirst, 10)));
    BOOST_TEST((code(within, part(kPartFirst, 1)) == Code::malformed));
    BOOST_TEST((code(within, part(0, 0)) == Code::malformed));  // could go on for ever
    BOOST_TEST(!code(within, part(0, 10)));
    BOOST_TEST((code(within, part(kPartLast, 1)) == Code::limit));
    BOOST_TEST(within.held() == 20u);
    BOOST_TEST(!code(within, part(kPartLast, 0)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
