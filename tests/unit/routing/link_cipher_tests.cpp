// Proves: what one end of a link seals the other opens, in order, across changes of keys; a frame changed in
// any byte, repeated, reordered or reflected is refused, and a refusal moves nothing.
#include "routing/link/frame_cipher.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/routing/random_split.hpp"

namespace catacomb::routing {
namespace {

using crypto::CipherSuite;
using crypto::NoiseRole;

struct Ends {
    crypto::SeededRng rng;
    crypto::NoiseSplit split;
    FrameCipher initiator, responder;

    explicit Ends(CipherSuite suite, std::uint64_t frames_per_key = kFramesPerKey,
                  std::uint64_t responders_frames_per_key = 0)
        : rng(1),
          split(random_split(rng)),
          initiator(split, suite, NoiseRole::initiator, frames_per_key),
          responder(split, suite, NoiseRole::responder,
                    responders_frames_per_key > 0 ? responders_frames_per_key : frames_per_key) {}

    // A random text and room for its tag.
    Bytes text(std::size_t frame_size = kFrameSize) {
        Bytes frame(frame_size);
        rng.fill(MutableBytes(frame).first(frame_size - crypto::kTagSize));
        return frame;
    }
};

bool carries(FrameCipher& from, FrameCipher& to, Bytes frame) {
    const auto text = frame;
    from.seal(frame);
    return to.open(frame) && equal(ByteView(frame).first(frame.size() - crypto::kTagSize),
                                   ByteView(text).first(text.size() - crypto::kTagSize));
}

const std::vector<CipherSuite> kSuites{CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305};

BOOST_AUTO_TEST_SUITE(link_cipher)

BOOST_AUTO_TEST_CASE(both_directions_carry_frames_of_any_size) {
    for (const auto suite : kSuites) {
        Ends ends(suite);
        for (int i = 0; i < 60; ++i) {
            const std::size_t size = 1024u << (i % 3);
            BOOST_REQUIRE(carries(ends.initiator, ends.responder, ends.text(size)));
            if (i % 2) BOOST_REQUIRE(carries(ends.responder, ends.initiator, ends.text(size)));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_refused_and_moves_nothing) {
    for (const auto suite : kSuites) {
        Ends ends(suite);
        const auto text = ends.text();
        auto frame = text;
        ends.initiator.seal(frame);
        for (std::size_t i = 0; i < frame.size(); ++i) {
            auto changed = frame;
            changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            BOOST_REQUIRE(!ends.responder.open(changed));
            BOOST_REQUIRE(all_zero(ByteView(changed).first(kFrameText)));
        }
        BOOST_TEST(ends.responder.open(frame));
        BOOST_TEST(equal(ByteView(frame).first(kFrameText), ByteView(text).first(kFrameText)));
    }
}

BOOST_AUTO_TEST_CASE(replay_reorder_and_reflection_are_refused) {
    for (const auto suite : kSuites) {
        Ends ends(suite);
        auto first = ends.text(), second = ends.text();
        ends.initiator.seal(first);
        ends.initiator.seal(second);
        auto early = second, again = first, reflected = first;
        BOOST_TEST(!ends.initiator.open(reflected));
        BOOST_TEST(!ends.responder.open(early));
        BOOST_TEST(ends.responder.open(first));
        BOOST_TEST(!ends.responder.open(again));
        BOOST_TEST(ends.responder.open(second));
    }
}

BOOST_AUTO_TEST_CASE(keys_change_on_both_sides_at_the_same_frame) {
    for (const auto suite : kSuites) {
        Ends ends(suite, 4);
        for (int i = 0; i < 30; ++i) {
            BOOST_REQUIRE(carries(ends.initiator, ends.responder, ends.text()));
            if (i % 3 == 0) BOOST_REQUIRE(carries(ends.responder, ends.initiator, ends.text()));
        }
    }
}

// Without it the test above would also pass were the keys never changed.
BOOST_AUTO_TEST_CASE(after_the_change_the_old_key_opens_nothing) {
    for (const auto suite : kSuites) {
        Ends ends(suite, 4, 1000);
        for (int i = 0; i < 4; ++i) BOOST_REQUIRE(carries(ends.initiator, ends.responder, ends.text()));
        BOOST_TEST(!carries(ends.initiator, ends.responder, ends.text()));
    }
}

BOOST_AUTO_TEST_CASE(equal_texts_give_different_frames) {
    for (const auto suite : kSuites) {
        Ends ends(suite, 2);
        std::vector<Bytes> seen;
        for (int i = 0; i < 6; ++i) {
            Bytes frame(kFrameSize);
            ends.initiator.seal(frame);
            for (const auto& other : seen) BOOST_TEST(!equal(frame, other));
            seen.push_back(std::move(frame));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
