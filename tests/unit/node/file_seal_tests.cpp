// Proves: a sealed file opens with its passphrase and no other; any one byte changed, cut or added is
// refused; what it costs is bounded whatever the file says; and an identity that is to be sealed lies on the
// disk in no clear.
#include "node/file_seal.hpp"

#include <fstream>

#include <boost/test/unit_test.hpp>

#include "base/file.hpp"
#include "crypto/random.hpp"
#include "node/identity.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::node {
namespace {

constexpr crypto::Argon2Cost kCheap{1, 8192};

struct Fixture {
    tests::ScratchDir dir;
    crypto::SeededRng rng{7};
    Bytes plain = to_bytes(std::string_view("what nobody else may read"));

    static FileSeal seal_of(std::string_view passphrase) {
        return FileSeal(crypto::SecretBytes(to_bytes(passphrase)), kCheap);
    }
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        const auto path = dir.path() / name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
};

bool holds(ByteView bytes, ByteView part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_seals, Fixture)

BOOST_AUTO_TEST_CASE(its_passphrase_opens_it_and_no_other) {
    auto seal = seal_of("correct horse");
    const auto sealed = seal.seal(plain, rng).value();
    BOOST_TEST(FileSeal::is_sealed(sealed));
    BOOST_TEST(!holds(sealed, plain));
    auto later = seal_of("correct horse");
    BOOST_TEST((later.open(sealed).value().expose() == plain));
    auto other = seal_of("correct hors");
    BOOST_TEST(other.open(sealed).error().is(Code::refused));
    BOOST_TEST((seal.seal(plain, rng).value() != sealed));
}

BOOST_AUTO_TEST_CASE(a_changed_file_is_refused) {
    auto seal = seal_of("correct horse");
    const auto sealed = seal.seal(plain, rng).value();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        // The cost: each try would take what it says.
        if (i >= 18 + 16 && i < 18 + 32) continue;
        auto changed = sealed;
        changed[i] ^= 1;
        BOOST_TEST(!seal.open(changed), "byte " << i);
    }
    for (std::size_t length = 0; length < sealed.size(); ++length)
        BOOST_TEST(!seal.open(ByteView(sealed).first(length)));
    auto longer = sealed;
    longer.push_back(0);
    BOOST_TEST(!seal.open(longer));
}

BOOST_AUTO_TEST_CASE(no_file_has_us_work_for_ever) {
    auto seal = seal_of("correct horse");
    auto sealed = seal.seal(plain, rng).value();
    sealed[18 + 16 + 7] = 1;  // 2^56 passes
    BOOST_TEST(seal.open(sealed).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(a_passphrase_is_the_first_line) {
    auto seal = FileSeal::from_file(write("passphrase", "correct horse\nanything\n"));
    BOOST_REQUIRE(seal);
    const auto sealed = seal_of("correct horse").seal(plain, rng).value();
    BOOST_TEST((seal->open(sealed).value().expose() == plain));
    BOOST_TEST(FileSeal::from_file(write("empty", "\nmore\n")).error().is(Code::bad_input));
    BOOST_TEST(!FileSeal::from_file(dir.path() / "nowhere"));
}

BOOST_AUTO_TEST_CASE(an_identity_is_sealed_from_the_first_start_with_a_passphrase) {
    const auto network = routing::NetworkParameters::testnet("sealed");
    const Time now(hours(24 * 30 * 600));
    const auto read = [&] { return read_file((dir.path() / "identity").string(), 65536).value(); };
    const auto clear = open_identity(dir.path(), network, now, rng);
    BOOST_REQUIRE(clear);
    BOOST_TEST(!FileSeal::is_sealed(read()));
    auto seal = seal_of("correct horse");
    const auto sealed = open_identity(dir.path(), network, now + hours(1), rng, {}, &seal);
    BOOST_REQUIRE(sealed);
    BOOST_TEST((sealed->relay_key.public_key == clear->relay_key.public_key));
    BOOST_TEST(FileSeal::is_sealed(read()));
    BOOST_TEST(!holds(read(), clear->convergence_secret.expose()));
    // Without the passphrase, or with another, it is not opened and not replaced.
    const auto before = read();
    BOOST_TEST(open_identity(dir.path(), network, now + hours(2), rng).error().is(Code::refused));
    auto other = seal_of("another");
    BOOST_TEST(open_identity(dir.path(), network, now + hours(2), rng, {}, &other).error().is(Code::refused));
    BOOST_TEST((read() == before));
    auto again = seal_of("correct horse");
    const auto back = open_identity(dir.path(), network, now + hours(2), rng, {}, &again);
    BOOST_REQUIRE(back);
    BOOST_TEST((back->vault_key.public_key == clear->vault_key.public_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
