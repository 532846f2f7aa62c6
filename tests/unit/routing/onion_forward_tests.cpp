// Proves: a forward cell reaches whichever hop it is for, unchanged; whatever else arrives at an honest hop
// (a cell changed in any byte, repeated, out of order, or after one that is missing) is found there and
// nowhere later.
#include "tests/unit/routing/onion_fixture.hpp"

namespace catacomb::routing {
namespace {

constexpr Shape kAes{CipherSuite::aes_256_gcm, kCellSize};
constexpr Shape kChaCha{CipherSuite::chacha20_poly1305, kCellSize};

BOOST_AUTO_TEST_SUITE(onion_forward)

BOOST_AUTO_TEST_CASE(any_hop_can_be_the_recipient) {
    for (const auto shape : shapes()) {
        for (std::size_t hops = 1; hops <= kMaxHops; ++hops) {
            TestCircuit circuit(hops, shape, hops);
            for (int i = 0; i < 40; ++i) {
                const auto hop = 1 + circuit.rng.below(hops);
                const auto text = circuit.random_bytes(circuit.forward_text());
                auto cell = circuit.wrap(hop, text);
                circuit.carry_to(hop, cell);
                BOOST_REQUIRE(circuit.arrive(hop, cell) == Peeled::mine);
                BOOST_REQUIRE(equal(forward_payload(cell), text));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(hops_may_have_different_ciphers) {
    crypto::SeededRng rng(7);
    OriginLayers origin;
    std::vector<RelayLayers> relays;
    for (const auto suite :
         {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305, CipherSuite::aes_256_gcm}) {
        const auto keys = HopKeys::derive(random_split(rng), suite);
        origin.add_hop(keys);
        relays.emplace_back(keys);
    }
    for (int i = 0; i < 3; ++i) {
        Bytes cell(kCellSize, 0x5a);
        origin.wrap_forward(3, cell, rng);
        BOOST_TEST((relays[0].peel_forward(cell) == Peeled::forward));
        BOOST_TEST((relays[1].peel_forward(cell) == Peeled::forward));
        BOOST_TEST((relays[2].peel_forward(cell) == Peeled::mine));
        BOOST_TEST(equal(forward_payload(cell), Bytes(kForwardPayload, 0x5a)));
    }
}

// Also when the hop that changes it knows its own keys: what it sends on is what the next hop authenticates.
BOOST_AUTO_TEST_CASE(every_flipped_byte_dies_at_the_next_hop) {
    for (const auto shape : {kAes, kChaCha}) {
        TestCircuit circuit(kMaxHops, shape, 1);
        const auto text = circuit.random_bytes(circuit.forward_text());
        auto cell = circuit.wrap(kMaxHops, text);
        for (std::size_t hop = 1; hop <= kMaxHops; ++hop) {
            for (std::size_t i = 0; i < cell.size(); ++i) {
                auto changed = cell;
                changed[i] ^= static_cast<std::uint8_t>(1 + circuit.rng.below(255));
                BOOST_REQUIRE(circuit.arrive(hop, changed) == Peeled::bad);
            }
            // What was refused moved nothing: the cell itself still opens.
            BOOST_REQUIRE(circuit.arrive(hop, cell) == (hop < kMaxHops ? Peeled::forward : Peeled::mine));
        }
        BOOST_TEST(equal(forward_payload(cell), text));
    }
}

BOOST_AUTO_TEST_CASE(a_refused_cell_leaves_no_text_behind) {
    for (const auto shape : {kAes, kChaCha}) {
        TestCircuit circuit(1, shape, 2);
        auto cell = circuit.wrap(1, circuit.random_bytes(circuit.forward_text()));
        cell[kSlotBytes] ^= 1;
        BOOST_TEST((circuit.arrive(1, cell) == Peeled::bad));
        BOOST_TEST(all_zero(ByteView(cell).subspan(kSlot)));
    }
}

BOOST_AUTO_TEST_CASE(replay_reorder_and_drop_die_at_each_hop) {
    for (const auto shape : shapes()) {
        for (std::size_t hop = 1; hop <= kMaxHops; ++hop) {
            TestCircuit circuit(kMaxHops, shape, 10 + hop);
            std::vector<Bytes> arriving;
            for (int i = 0; i < 4; ++i) {
                arriving.push_back(circuit.wrap(kMaxHops, {}));
                circuit.carry_to(hop, arriving.back());
            }
            auto early = arriving[1];
            BOOST_TEST((circuit.arrive(hop, early) == Peeled::bad));  // reordered, or the first was dropped
            auto first = arriving[0], again = arriving[0];
            BOOST_TEST((circuit.arrive(hop, first) != Peeled::bad));
            BOOST_TEST((circuit.arrive(hop, again) == Peeled::bad));  // replayed
            auto skipped = arriving[2];
            BOOST_TEST((circuit.arrive(hop, skipped) == Peeled::bad));
            BOOST_TEST((circuit.arrive(hop, arriving[1]) != Peeled::bad));
        }
    }
}

// A cell counts only at the hops it reaches, so cells to different hops do not disturb each other; and a cell
// of another circuit, or from the wrong hop of this one, is refused.
BOOST_AUTO_TEST_CASE(a_hop_opens_only_what_was_wrapped_for_it) {
    for (const auto shape : {kAes, kChaCha}) {
        TestCircuit circuit(3, shape, 3), other(3, shape, 4);
        auto near = circuit.wrap(1, {});
        BOOST_TEST((circuit.arrive(1, near) == Peeled::mine));
        auto foreign = other.wrap(3, {});
        BOOST_TEST((circuit.arrive(1, foreign) == Peeled::bad));
        auto cell = circuit.wrap(3, {});
        auto skipping = cell;
        BOOST_TEST((circuit.arrive(2, skipping) == Peeled::bad));
        circuit.carry_to(3, cell);
        BOOST_TEST((circuit.arrive(3, cell) == Peeled::mine));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
