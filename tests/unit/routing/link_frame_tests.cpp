// Proves: a frame's text is always kFrameText bytes whatever it carries, survives encoding, and is refused
// when any field or byte of padding is not what we write; and the limits' token bucket keeps its rate.
#include "routing/link/frame.hpp"

#include "crypto/random.hpp"
#include "routing/link/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {
namespace {

bool is_cell(FrameKind kind) { return kind == FrameKind::cell_forward || kind == FrameKind::cell_backward; }
bool is_empty(FrameKind kind) { return kind == FrameKind::destroy || kind >= FrameKind::padding; }

const std::vector<FrameKind> kKinds{FrameKind::cell_forward, FrameKind::cell_backward, FrameKind::create,
                                    FrameKind::created,      FrameKind::destroy,       FrameKind::credit,
                                    FrameKind::rpc_request,  FrameKind::rpc_response,  FrameKind::padding,
                                    FrameKind::probe,        FrameKind::alive,         FrameKind::withdraw};

Bytes encoded(std::uint32_t channel, FrameKind kind, std::uint8_t flags, ByteView payload) {
    Bytes text(kFrameText, 0xee);
    encode_frame(text, channel, kind, flags, payload);
    return text;
}

bool is_malformed(ByteView text) {
    const auto frame = decode_frame(text);
    return frame.has_error() && frame.error().is(Code::malformed);
}

BOOST_AUTO_TEST_SUITE(link_frame)

BOOST_AUTO_TEST_CASE(every_kind_comes_back) {
    crypto::SeededRng rng(1);
    for (const auto kind : kKinds) {
        for (int i = 0; i < 50; ++i) {
            Bytes payload(is_cell(kind) ? kFramePayload : is_empty(kind) ? 0 : rng.below(kFramePayload + 1));
            rng.fill(payload);
            const auto channel = rng.u32();
            const auto text = encoded(channel, kind, 0, payload);
            const auto frame = decode_frame(text);
            BOOST_REQUIRE(frame);
            BOOST_TEST(frame->channel == channel);
            BOOST_TEST((frame->kind == kind));
            BOOST_TEST(frame->flags == 0);
            BOOST_TEST(equal(frame->payload, payload));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_header_is_little_endian) {
    const auto text =
        encoded(0x01020304, FrameKind::rpc_response, kFrameLast | kFrameRefused, Bytes{0xaa, 0xbb});
    BOOST_TEST(to_hex(ByteView(text).first(11)) == "0403020108060200aabb00");
}

BOOST_AUTO_TEST_CASE(only_our_kinds_and_flags_are_frames) {
    for (unsigned kind = 0; kind < 256; ++kind) {
        for (unsigned flags = 0; flags < 256; ++flags) {
            Bytes text(kFrameText);
            text[4] = static_cast<std::uint8_t>(kind);
            text[5] = static_cast<std::uint8_t>(flags);
            const auto known = static_cast<FrameKind>(kind);
            const unsigned allowed = known == FrameKind::rpc_request    ? 3
                                     : known == FrameKind::rpc_response ? 7
                                                                        : 0;
            const bool fine = kind >= 1 && kind <= 12 && !is_cell(known) && (flags & ~allowed) == 0;
            BOOST_REQUIRE(is_malformed(text) == !fine);
        }
    }
}

BOOST_AUTO_TEST_CASE(lengths_are_those_of_the_kind) {
    for (const auto kind : kKinds) {
        for (unsigned length = 0; length <= UINT16_MAX; ++length) {
            Bytes text(kFrameText);
            text[4] = static_cast<std::uint8_t>(kind);
            text[6] = static_cast<std::uint8_t>(length);
            text[7] = static_cast<std::uint8_t>(length >> 8);
            const bool fine = is_cell(kind)    ? length == kFramePayload
                              : is_empty(kind) ? length == 0
                                               : length <= kFramePayload;
            BOOST_REQUIRE(is_malformed(text) == !fine);
        }
    }
}

BOOST_AUTO_TEST_CASE(padding_must_be_zero_and_the_size_right) {
    const auto text = encoded(1, FrameKind::create, 0, Bytes(48, 7));
    for (std::size_t i = kFrameHeader + 48; i < kFrameText; ++i) {
        auto changed = text;
        changed[i] = 1;
        BOOST_REQUIRE(is_malformed(changed));
    }
    auto longer = text;
    longer.push_back(0);
    BOOST_TEST(is_malformed(longer));
    BOOST_TEST(is_malformed(ByteView(text).first(kFrameText - 1)));
    BOOST_TEST(is_malformed({}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(link_limits)

BOOST_AUTO_TEST_CASE(a_bucket_gives_its_burst_and_then_its_rate) {
    Time now{seconds(100)};
    TokenBucket bucket(10, 5, now);
    for (int i = 0; i < 5; ++i) BOOST_TEST(bucket.take(now));
    BOOST_TEST(!bucket.take(now));
    now += milliseconds(99);
    BOOST_TEST(!bucket.take(now));
    now += milliseconds(1);
    BOOST_TEST(bucket.take(now));
    BOOST_TEST(!bucket.take(now));
    now += hours(1);
    for (int i = 0; i < 5; ++i) BOOST_TEST(bucket.take(now));
    BOOST_TEST(!bucket.take(now));
}

BOOST_AUTO_TEST_CASE(over_any_time_no_more_than_burst_and_rate) {
    crypto::SeededRng rng(2);
    Time now{};
    TokenBucket bucket(7, 20, now);
    unsigned taken = 0;
    while (now < Time{seconds(100)}) {
        taken += bucket.take(now);
        now += microseconds(rng.below(20'000));
    }
    BOOST_TEST((700 <= taken && taken <= 720));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
