// Proves that our erasure code is the Cauchy code of the vectors, and that any k of n fragments give the data
// back: every choice of k for small shapes, random choices for all others.
#include "storage/segment/erasure.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "storage/segment/geometry.hpp"
#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {
namespace {

Bytes all_fragments(const ErasureCode& code, ByteView data) {
    auto out = to_bytes(data);
    out.resize(data.size() / code.k() * code.n());
    code.encode(data, MutableBytes(out).subspan(data.size()));
    return out;
}

Bytes decoded(const ErasureCode& code, ByteView fragments, const std::vector<unsigned>& chosen) {
    const auto length = fragments.size() / code.n();
    std::vector<ErasureCode::Fragment> at_hand;
    for (auto index : chosen) at_hand.push_back({index, fragments.subspan(index * length, length)});
    Bytes out(code.k() * length);
    code.decode(at_hand, out);
    return out;
}

BOOST_AUTO_TEST_CASE(parity_is_that_of_the_vectors) {
    std::ifstream file(CATACOMB_SOURCE_DIR "/tests/vectors/isal_generated.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto document = boost::json::parse(text);
    unsigned seen = 0;
    for (const auto& entry : document.at("vectors").as_array()) {
        if (entry.at("matrix").as_string() != "gf_gen_cauchy1_matrix") continue;
        const auto k = static_cast<unsigned>(entry.at("k").as_int64());
        const auto n = static_cast<unsigned>(entry.at("m").as_int64());
        if (n > kMaxBlocks) continue;
        const auto data = *from_hex(entry.at("data").as_string());
        const auto parity = *from_hex(entry.at("parity").as_string());
        Bytes ours(parity.size());
        ErasureCode::of(k, n).encode(data, ours);
        BOOST_TEST(to_hex(ours) == to_hex(parity));
        ++seen;
    }
    BOOST_TEST(seen >= 5u);
}

BOOST_AUTO_TEST_CASE(every_choice_of_k_gives_the_data_for_small_shapes) {
    for (unsigned n = 2; n <= 8; ++n) {
        for (unsigned k = 1; k < n; ++k) {
            const auto& code = ErasureCode::of(k, n);
            const auto data = random_bytes(n * 100 + k, k * 37);
            const auto fragments = all_fragments(code, data);
            for (unsigned mask = 0; mask < 1u << n; ++mask) {
                std::vector<unsigned> chosen;
                for (unsigned i = 0; i < n; ++i) {
                    if (mask >> i & 1) chosen.push_back(i);
                }
                if (chosen.size() == k) BOOST_REQUIRE(decoded(code, fragments, chosen) == data);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(random_choices_give_the_data_for_every_shape) {
    crypto::SeededRng rng(2);
    for (unsigned n = 2; n <= kMaxBlocks; ++n) {
        for (unsigned k = 1; k < n; ++k) {
            const auto& code = ErasureCode::of(k, n);
            const auto data = random_bytes(n * 100 + k, k * 19);
            const auto fragments = all_fragments(code, data);
            BOOST_REQUIRE(decoded(code, fragments, some_indexes(rng, n, k)) == data);
        }
    }
}

BOOST_AUTO_TEST_CASE(long_fragments_are_done_in_strips_without_a_seam) {
    crypto::SeededRng rng(3);
    for (const std::size_t length : {4095, 4096, 4097, 63432}) {
        const auto& code = ErasureCode::of(20, 60);
        const auto data = random_bytes(length, 20 * length);
        const auto fragments = all_fragments(code, data);
        BOOST_TEST((decoded(code, fragments, some_indexes(rng, 60, 20)) == data));
    }
}

}  // namespace
}  // namespace catacomb::storage
