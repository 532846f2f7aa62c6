// Proves: a backward cell of any hop reaches the client, which learns who sealed it; one that any hop changed
// in any byte is never delivered; and a cell that a relay near the exit marked and the guard unmarked, which
// the client cannot see, ends the circuit at the next cell when an honest relay stood between them.
#include "tests/unit/routing/onion_fixture.hpp"

namespace catacomb::routing {
namespace {

constexpr Shape kAes{CipherSuite::aes_256_gcm, kCellSize};
constexpr Shape kChaCha{CipherSuite::chacha20_poly1305, kCellSize};

BOOST_AUTO_TEST_SUITE(onion_backward)

BOOST_AUTO_TEST_CASE(cells_of_any_hop_arrive_whatever_hop_was_expected) {
    for (const auto shape : shapes()) {
        for (std::size_t hops = 1; hops <= kMaxHops; ++hops) {
            TestCircuit circuit(hops, shape, 20 + hops);
            for (int i = 0; i < 40; ++i) {
                const auto hop = 1 + circuit.rng.below(hops);
                const auto expected = 1 + circuit.rng.below(hops);
                const auto text = circuit.random_bytes(circuit.backward_text());
                auto cell = circuit.seal(hop, text);
                circuit.carry_back(hop, cell);
                const auto from = circuit.origin.peel_backward(cell, expected);
                BOOST_REQUIRE(from);
                BOOST_TEST(*from == hop);
                BOOST_REQUIRE(equal(backward_payload(cell), text));
            }
        }
    }
}

// The cell is changed behind hop `at`: by a hostile hop, or on the way.
BOOST_AUTO_TEST_CASE(every_flipped_byte_is_refused) {
    for (const auto suite : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        const Shape shape{suite, 1024 - (kFrameSize - kCellSize)};
        for (std::size_t at = 1; at <= kMaxHops; ++at) {
            for (std::size_t i = 0; i < shape.cell_size; ++i) {
                TestCircuit circuit(kMaxHops, shape, 31);
                auto cell = circuit.seal(kMaxHops, {});
                for (std::size_t hop = kMaxHops; hop >= 1; --hop) {
                    if (hop < kMaxHops) circuit.relays[hop - 1].add_layer(cell);
                    if (hop == at) cell[i] ^= 0x20;
                }
                BOOST_REQUIRE(!circuit.origin.peel_backward(cell, kMaxHops));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refused_cell_commits_nothing) {
    for (const auto shape : {kAes, kChaCha}) {
        TestCircuit circuit(3, shape, 32);
        const auto text = circuit.random_bytes(circuit.backward_text());
        auto cell = circuit.seal(3, text);
        circuit.carry_back(3, cell);
        for (std::size_t i = 0; i < cell.size(); i += 7) {
            auto changed = cell;
            changed[i] ^= 1;
            const auto refused = circuit.origin.peel_backward(changed, 3);
            BOOST_REQUIRE(refused.has_error() && refused.error().is(Code::corrupt));
        }
        BOOST_REQUIRE(circuit.origin.peel_backward(cell, 3));
        BOOST_TEST(equal(backward_payload(cell), text));
    }
}

BOOST_AUTO_TEST_CASE(replay_reorder_and_drop_are_refused) {
    for (const auto shape : shapes()) {
        TestCircuit circuit(3, shape, 33);
        std::vector<Bytes> cells;
        for (int i = 0; i < 4; ++i) {
            cells.push_back(circuit.seal(3, {}));
            circuit.carry_back(3, cells.back());
        }
        auto early = cells[1];
        BOOST_TEST(!circuit.origin.peel_backward(early, 3));
        auto first = cells[0], again = cells[0];
        BOOST_TEST(!!circuit.origin.peel_backward(first, 3));
        BOOST_TEST(!circuit.origin.peel_backward(again, 3));
        auto skipping = cells[2];
        BOOST_TEST(!circuit.origin.peel_backward(skipping, 3));
        BOOST_TEST(!!circuit.origin.peel_backward(cells[1], 3));
    }
}

// Sends one cell from the last hop; `marker` XORs a mark into what it sends, `unmarker` takes it off what it
// gets. Both keep their own chains right, so whatever ends the circuit is an honest relay's.
bool delivered_when_marked(TestCircuit& circuit, std::size_t marker, std::size_t unmarker) {
    const auto mark = circuit.random_bytes(circuit.cell_size);
    const auto toggle = [&](Bytes& cell) {
        for (std::size_t i = 0; i < cell.size(); ++i) cell[i] ^= mark[i];
    };
    const auto last = circuit.relays.size();
    const auto text = circuit.random_bytes(circuit.backward_text());
    auto cell = circuit.seal(last, text);
    for (std::size_t hop = last; hop >= 1; --hop) {
        if (hop == unmarker) toggle(cell);
        if (hop < last) circuit.relays[hop - 1].add_layer(cell);
        if (hop == marker) toggle(cell);
    }
    return circuit.origin.peel_backward(cell, last) && equal(backward_payload(cell), text);
}

bool delivered(TestCircuit& circuit) {
    const auto last = circuit.relays.size();
    auto cell = circuit.seal(last, {});
    circuit.carry_back(last, cell);
    return circuit.origin.peel_backward(cell, last).has_value();
}

BOOST_AUTO_TEST_CASE(a_mark_that_passed_an_honest_relay_ends_the_circuit_at_the_next_cell) {
    for (const auto shape : shapes()) {
        for (std::size_t hops = 3; hops <= kMaxHops; ++hops) {
            for (std::size_t marker = 3; marker <= hops; ++marker) {
                for (std::size_t unmarker = 1; unmarker + 1 < marker; ++unmarker) {
                    TestCircuit circuit(hops, shape, 34);
                    BOOST_TEST(delivered(circuit));
                    BOOST_TEST(delivered_when_marked(circuit, marker, unmarker));
                    BOOST_TEST(!delivered(circuit));
                    BOOST_TEST(!delivered(circuit));
                }
            }
        }
    }
}

// Two neighbours who collude need no mark: nobody honest is between them, and nothing is noticed.
BOOST_AUTO_TEST_CASE(a_mark_between_neighbours_passes_nobody) {
    TestCircuit circuit(3, kAes, 35);
    BOOST_TEST(delivered_when_marked(circuit, 2, 1));
    BOOST_TEST(delivered(circuit));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
