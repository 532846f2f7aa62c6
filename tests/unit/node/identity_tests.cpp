// Proves: an identity comes back from its file exactly as it was; a file with any one byte changed, cut or
// added is refused and left alone; and what the operating system refuses is told, never replaced by a new
// identity.
#include "node/identity.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "crypto/random.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::node {
namespace {

namespace fs = std::filesystem;

struct Fixture {
    tests::ScratchDir dir;
    fs::path file = dir.path() / "identity";
    routing::NetworkParameters network = routing::NetworkParameters::testnet("identities");
    Time now = Time(hours(24 * 30 * 600));
    crypto::SeededRng rng{1};

    Result<Identity> open() { return open_identity(dir.path(), network, now, rng); }
    Bytes read() const {
        std::ifstream in(file, std::ios::binary);
        return Bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    }
    void write(ByteView bytes) const { std::ofstream(file, std::ios::binary) << as_text(bytes); }
};

routing::Guard guard_number(unsigned i) {
    routing::Guard out;
    out.id = routing::NodeId{crypto::content_hash(view(std::to_string(i))).bytes};
    out.expires = Time(seconds(1000 + i));
    out.last_listed = Time(seconds(2000 + i));
    out.failed = Time(seconds(i));
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(identities, Fixture)

BOOST_AUTO_TEST_CASE(it_is_made_once_and_stays) {
    auto first = open();
    BOOST_REQUIRE(first);
    auto second = open();
    BOOST_REQUIRE(second);
    BOOST_TEST((second->relay_key.public_key == first->relay_key.public_key));
    BOOST_TEST((second->vault_key.public_key == first->vault_key.public_key));
    BOOST_TEST((second->link_key.public_key == first->link_key.public_key));
    BOOST_TEST((second->onion_key.public_key == first->onion_key.public_key));
    BOOST_TEST((second->convergence_secret == first->convergence_secret));
    BOOST_TEST((second->relay_pow == first->relay_pow));
    BOOST_TEST((second->vault_pow == first->vault_pow));
    BOOST_TEST(second->incarnation == first->incarnation + 1);
}

BOOST_AUTO_TEST_CASE(its_secrets_are_five_different_ones) {
    auto made = open();
    BOOST_REQUIRE(made);
    BOOST_TEST((made->relay_key.public_key != made->vault_key.public_key));
    BOOST_TEST(!(made->link_key.secret == made->onion_key.secret));
    BOOST_TEST(!(made->link_key.secret == made->convergence_secret));
}

BOOST_AUTO_TEST_CASE(only_its_owner_may_read_the_file) {
    BOOST_REQUIRE(open());
    BOOST_TEST((fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
    BOOST_TEST(!fs::exists(dir.path() / "identity.new"));
}

BOOST_AUTO_TEST_CASE(guards_are_kept_in_their_order) {
    auto made = open();
    BOOST_REQUIRE(made);
    made->guards.first = {guard_number(3), guard_number(1)};
    made->guards.second = {guard_number(2)};
    BOOST_REQUIRE(save_identity(dir.path(), *made));
    auto back = open();
    BOOST_REQUIRE(back);
    BOOST_TEST((back->guards == made->guards));
}

BOOST_AUTO_TEST_CASE(proofs_are_renewed_when_their_epoch_is_over) {
    auto before = open();
    BOOST_REQUIRE(before);
    now += network.pow_epoch;
    auto after = open();
    BOOST_REQUIRE(after);
    BOOST_TEST(after->epoch == before->epoch + 1);
    BOOST_TEST((after->relay_key.public_key == before->relay_key.public_key));
    BOOST_TEST(crypto::pow_verify(after->relay_key.public_key, after->epoch, after->relay_pow, network.pow));
    BOOST_TEST(crypto::pow_verify(after->vault_key.public_key, after->epoch, after->vault_pow, network.pow));
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_is_refused) {
    auto made = open();
    BOOST_REQUIRE(made);
    made->guards.first = {guard_number(1)};
    const auto good = made->encode();
    BOOST_REQUIRE(Identity::decode(good));
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] ^= 0x10;
        auto decoded = Identity::decode(bad);
        BOOST_REQUIRE_MESSAGE(!decoded, "byte " << i);
        BOOST_REQUIRE(decoded.error().is(Code::corrupt));
    }
}

BOOST_AUTO_TEST_CASE(every_other_length_is_refused) {
    auto made = open();
    BOOST_REQUIRE(made);
    auto bytes = made->encode();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        BOOST_REQUIRE_MESSAGE(!Identity::decode(ByteView(bytes).first(size)), size << " bytes");
    bytes.push_back(0);
    BOOST_TEST(!Identity::decode(bytes));
}

// A sound checksum over a body that is none: what a bug would write, or whoever can write there at all.
BOOST_AUTO_TEST_CASE(a_checksum_alone_makes_no_identity) {
    auto made = open();
    BOOST_REQUIRE(made);
    const auto good = made->encode();
    auto body = Bytes(good.begin(), good.end() - 32);
    const auto sealed = [](Bytes bytes) {
        const auto sum = crypto::content_hash(bytes);
        append(bytes, sum);
        return bytes;
    };
    BOOST_REQUIRE(Identity::decode(sealed(body)));
    auto of_another_version = body;
    of_another_version[18] = '2';
    BOOST_TEST(!Identity::decode(sealed(of_another_version)));
    auto longer = body;
    longer.push_back(0);
    BOOST_TEST(!Identity::decode(sealed(longer)));
    auto many_guards = body;
    many_guards[many_guards.size() - 5] = 0xff;  // the count of guards, whose lists are empty
    BOOST_TEST(!Identity::decode(sealed(many_guards)));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_told_and_left_alone) {
    BOOST_REQUIRE(open());
    auto bytes = read();
    bytes[100] ^= 1;
    write(bytes);
    auto opened = open();
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().is(Code::corrupt));
    BOOST_TEST((read() == bytes));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_or_looked_for_is_an_error) {
    auto nowhere = open_identity(dir.path() / "nowhere", network, now, rng);
    BOOST_REQUIRE(!nowhere);
    BOOST_TEST(nowhere.error().is(Code::io));
    // A file where the directory should be: whether an identity is there cannot be told.
    write(view("in the way"));
    auto in_the_way = open_identity(file, network, now, rng);
    BOOST_REQUIRE(!in_the_way);
    BOOST_TEST(in_the_way.error().is(Code::io));
    BOOST_TEST((read() == to_bytes("in the way")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
