// Proves: keys that were written, read, or shown as text are nowhere in memory that was given back. Texts are
// their callers' own.
#include <boost/test/unit_test.hpp>

#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "node/identity.hpp"
#include "storage/tree/key.hpp"
#include "tests/support/freed_memory.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::node {
namespace {

using testing::FreedMemory;

template <class Secret>
Bytes in_clear(const Secret& secret) {
    return to_bytes(ByteView(secret.expose()).first(32));
}
crypto::Key256 random_key(std::uint64_t seed) {
    crypto::SeededRng rng(seed);
    crypto::Key256 out;
    rng.fill(out.expose_mutable());
    return out;
}
std::vector<Bytes> only(Bytes secret) {
    std::vector<Bytes> out;
    out.push_back(std::move(secret));
    return out;
}
std::vector<Bytes> secrets_of(const Identity& of) {
    return {in_clear(of.relay_key.secret), in_clear(of.vault_key.secret), in_clear(of.link_key.secret),
            in_clear(of.onion_seed.expose()), in_clear(of.convergence_secret)};
}

// The middle of a key's text, and what of its symbols stands for that.
std::vector<Bytes> forms_of(const std::string& text) {
    constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const auto middle = text.substr(text.size() / 2, 24);
    Bytes symbols;
    for (const char c : middle) symbols.push_back(static_cast<std::uint8_t>(kAlphabet.find(c)));
    return {to_bytes(middle), symbols};
}

struct Keys {
    storage::SegmentRef top{storage::Root{}, storage::leaf_profile(100), storage::SegmentKind::leaf};
    storage::ReadKey read{top, random_key(1)};
    storage::ExtentKey extent{{storage::Root{}, storage::leaf_profile(100), storage::SegmentKind::pack},
                              random_key(2),
                              random_key(3),
                              {}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(leftovers)

// Else that nothing was found would mean nothing.
BOOST_AUTO_TEST_CASE(what_is_left_is_seen) {
    const auto secret = in_clear(random_key(1));
    FreedMemory freed(only(secret));
    { const Bytes copy = secret; }
    BOOST_TEST(freed.found() == 1u);
}

BOOST_AUTO_TEST_CASE(a_writer_that_grows_leaves_nothing) {
    const auto secret = random_key(1);
    FreedMemory freed(only(in_clear(secret)));
    Writer out;
    out.raw(secret.expose());
    for (int i = 0; i < 1000; ++i) out.u32(7);
    out.raw(Bytes(10'000)).sized(Bytes(100'000));
    auto bytes = out.take();
    BOOST_TEST(bytes.size() == 32u + 4000 + 10'000 + 4 + 100'000);
    crypto::wipe(bytes);
    BOOST_TEST(freed.found() == 0u);
}

BOOST_AUTO_TEST_CASE(an_identity_leaves_nothing) {
    const tests::ScratchDir dir;
    const auto network = routing::NetworkParameters::testnet("leftovers");
    const Time now(hours(24 * 30 * 600));
    crypto::SeededRng rng{1};
    const auto made = open_identity(dir.path(), network, now, rng);
    BOOST_REQUIRE(made.has_value());
    auto secrets = secrets_of(*made);
    FreedMemory freed(std::move(secrets));
    BOOST_TEST(save_identity(dir.path(), *made, rng).has_value());
    {
        const auto again = open_identity(dir.path(), network, now + hours(1), rng);
        BOOST_TEST(again.has_value());
    }
    BOOST_TEST(freed.found() == 0u);
}

BOOST_AUTO_TEST_CASE(keys_as_text_leave_nothing) {
    const Keys keys;
    const auto whole = keys.read.encode(), packed = keys.extent.encode(), weak = keys.read.weaken().encode();
    for (const auto& text : {std::cref(whole), std::cref(packed), std::cref(weak)}) {
        auto secrets = forms_of(text);
        for (const auto* key : {&keys.read.read, &keys.extent.read, &keys.extent.pack_verify})
            secrets.push_back(in_clear(*key));
        const FreedMemory freed(std::move(secrets));
        const auto ours = keys.read.encode(), theirs = keys.extent.encode(),
                   less = keys.read.weaken().encode();
        static_cast<void>(storage::decode_read_key(text.get()));
        static_cast<void>(storage::decode_verify_key(text.get()));
        BOOST_TEST(freed.found() == 0u, text.get().substr(0, 4));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
