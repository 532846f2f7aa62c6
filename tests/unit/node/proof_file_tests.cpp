// Proves: the names of work that held come back from their file as they were; a file with any one byte
// changed, cut or added is passed over, and so is one of another network.
#include "node/proof_file.hpp"

#include <boost/test/unit_test.hpp>

#include "base/file.hpp"
#include "crypto/random.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::node {
namespace {

struct Fixture {
    tests::ScratchDir dir;
    crypto::SeededRng rng{1};
    routing::NetworkId network = rng.opaque<routing::NetworkId>();

    ProofNames names(std::size_t count) {
        ProofNames out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(rng.opaque<crypto::Digest>());
        return out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(proof_files, Fixture)

BOOST_AUTO_TEST_CASE(they_come_back_in_order) {
    BOOST_TEST(load_proof_names(dir.path(), network).empty());
    const auto some = names(100);
    BOOST_REQUIRE(save_proof_names(dir.path(), some, network));
    BOOST_TEST((load_proof_names(dir.path(), network) == some));
    BOOST_TEST(load_proof_names(dir.path(), rng.opaque<routing::NetworkId>()).empty());
}

BOOST_AUTO_TEST_CASE(of_too_many_the_last_are_kept) {
    const auto all = names(kMostProofNames + 10);
    const auto kept = decode_proof_names(encode(all, network), network).value();
    BOOST_TEST((kept == ProofNames(all.begin() + 10, all.end())));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_passed_over) {
    const auto good = encode(names(3), network);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] ^= 1;
        BOOST_TEST(decode_proof_names(bad, network).error().is(Code::corrupt));
        BOOST_TEST(decode_proof_names(ByteView(good).first(i), network).error().is(Code::corrupt));
    }
    auto longer = good;
    longer.push_back(0);
    BOOST_REQUIRE(replace_file((dir.path() / "proofs").string(), longer));
    BOOST_TEST(load_proof_names(dir.path(), network).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
