// Argon2id against libsodium's published values, and its refusals.
#include "crypto/password.hpp"

#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

using testing::hex_field;

static constexpr ByteArray<16> kSalt{1, 2, 3};

static bool refused(std::size_t length, Argon2Cost cost) {
    Bytes out(length);
    const auto done = argon2id(out, view("password"), kSalt, cost);
    return !done && done.error().is(Code::bad_input);
}

BOOST_AUTO_TEST_SUITE(password)

BOOST_AUTO_TEST_CASE(published_vectors) {
    const auto file = testing::load_vectors("argon2id.json");
    BOOST_TEST(file.at("vectors").as_array().size() == 10u);
    for (const auto& vector : file.at("vectors").as_array()) {
        Bytes out(vector.at("outlen").to_number<std::size_t>());
        const Argon2Cost cost{vector.at("opslimit").to_number<std::uint64_t>(),
                              vector.at("memlimit_bytes").to_number<std::uint64_t>()};
        const auto salt = testing::hex_array<16>(vector.at("salt_hex_first16").as_string());
        const auto done = argon2id(out, hex_field(vector, "password_hex"), salt, cost);
        const auto& expected = vector.at("expected");
        BOOST_TEST(done.has_value() == !expected.is_null());
        if (done) BOOST_TEST(to_hex(out) == expected.as_string());
    }
}

BOOST_AUTO_TEST_CASE(impossible_costs_are_refused) {
    BOOST_TEST(!refused(16, {1, 8192}));
    BOOST_TEST(refused(15, {1, 8192}));
    BOOST_TEST(refused(0, {1, 8192}));
    BOOST_TEST(refused(16, {0, 8192}));
    BOOST_TEST(refused(16, {1, 8191}));
    BOOST_TEST(refused(16, {1, 0}));
    BOOST_TEST(refused(16, {UINT64_MAX, 8192}));
    BOOST_TEST(refused(16, {1, UINT64_MAX}));
}

// Password, salt, passes and memory all reach the output; an empty password is one too.
BOOST_AUTO_TEST_CASE(everything_matters) {
    const auto output = [](ByteView password, ByteArray<16> salt, Argon2Cost cost) {
        Bytes out(32);
        BOOST_REQUIRE(argon2id(out, password, salt, cost));
        return out;
    };
    const Argon2Cost cheap{1, 8192};
    const auto base = output(view("a"), kSalt, cheap);
    BOOST_TEST((output(view("a"), kSalt, cheap) == base));
    BOOST_TEST((output(view("b"), kSalt, cheap) != base));
    BOOST_TEST((output({}, kSalt, cheap) != base));
    BOOST_TEST((output(view("a"), {}, cheap) != base));
    BOOST_TEST((output(view("a"), kSalt, {2, 8192}) != base));
    BOOST_TEST((output(view("a"), kSalt, {1, 16384}) != base));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
