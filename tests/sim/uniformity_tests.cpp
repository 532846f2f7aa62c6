// What a wire-tapper sees of a whole network while a file with recognisable bytes goes in and out: frames of
// one size, random-looking, and nothing of what was planted.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "routing/link/frame.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/oracles/uniformity.hpp"

namespace catacomb::sim {
namespace {

const std::string kMarker = "a sentence that nobody but its reader may see ";

Bytes repeated(std::string_view text, std::size_t size) {
    Bytes out;
    while (out.size() < size) append(out, view(text));
    out.resize(size);
    return out;
}

// As the network shows it to a tap.
class Wire {
public:
    void send(UniformityOracle& oracle, ByteView bytes) const {
        oracle.see({1, Endpoint::v4(1, 1), Endpoint::v4(2, 2), Time{}, bytes});
    }
};

Bytes random_frames(std::size_t count) {
    crypto::SeededRng rng(5);
    Bytes out(count * routing::kFrameSize);
    rng.fill(out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uniformity)

// Proves: from the first byte of the first handshake, through settling, an insert and a get, every direction
// of every connection carries whole frames whose bytes look random, and neither the file's bytes, its name,
// its key nor a vault's or relay's public key is ever on a wire.
BOOST_AUTO_TEST_CASE(a_network_shows_only_frames) {
    for (const auto seed : testing::seeds(2)) {
        SimWorld world(seed);
        std::vector<Bytes> markers = {to_bytes(view(kMarker)), to_bytes(view("the-name-of-the-file.txt"))};
        std::optional<UniformityOracle> oracle;
        ClusterOptions options;
        options.relays = 8;
        options.clients = 1;
        options.vault_only = 4;
        world.network().tap([&](const WireBytes& wire) {
            if (oracle) oracle->see(wire);
        });
        Cluster cluster(world, options);
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            const auto& identity = cluster.identity(i);
            if (identity.relay) markers.push_back(to_bytes(identity.relay->key.public_key.view()));
            if (identity.vault) markers.push_back(to_bytes(identity.vault->identity.key.view()));
        }
        oracle.emplace(markers);
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), testing::replay(seed));
        const auto file = repeated(kMarker, 400'000);
        const auto report = cluster.insert(8, file, "the-name-of-the-file.txt");
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << testing::replay(seed));
        const auto back = cluster.get(3, report->key);
        BOOST_REQUIRE_MESSAGE(back.has_value(), back.error().text() << "; " << testing::replay(seed));
        BOOST_CHECK(*back == file);
        BOOST_TEST_MESSAGE("seed " << seed << ": " << oracle->bytes() << " bytes in " << oracle->directions()
                                   << " directions");
        BOOST_TEST(oracle->directions() > 50);
        BOOST_TEST(oracle->violation() == "", testing::replay(seed));
        BOOST_TEST(oracle->broken_frame() == "", testing::replay(seed));
    }
}

// Proves: the oracle passes random frames, and catches a marker, even one that is cut in two by writes; a
// header in clear; bytes that are biased; and a frame of another size.
BOOST_AUTO_TEST_CASE(the_oracle_catches_planted_faults) {
    const std::vector<Bytes> markers = {to_bytes(view(kMarker))};
    const Wire wire;
    const auto frames = random_frames(200);

    UniformityOracle honest(markers);
    wire.send(honest, frames);
    BOOST_TEST(honest.violation() == "");
    BOOST_TEST(honest.broken_frame() == "");

    UniformityOracle planted(markers);
    wire.send(planted, frames);
    wire.send(planted, view(kMarker).first(10));
    wire.send(planted, view(kMarker).subspan(10));
    BOOST_TEST(planted.violation() != "");
    BOOST_TEST(planted.broken_frame() != "");

    // A length in clear in each frame: two bytes of 4096.
    auto headed = frames;
    for (std::size_t at = 0; at < headed.size(); at += routing::kFrameSize) headed[at] = headed[at + 1] = 3;
    UniformityOracle clear(markers);
    wire.send(clear, headed);
    BOOST_TEST(clear.violation() != "");

    auto padded = frames;
    for (std::size_t i = 0; i < 120; ++i) padded[routing::kFrameSize + 1000 + i] = 0;  // of one handshake
    UniformityOracle biased(markers);
    wire.send(biased, padded);
    BOOST_TEST(biased.violation() != "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
