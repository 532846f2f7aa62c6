// Proves: an identity comes back from its file exactly as it was; a file with any one byte changed, cut or
// added is refused and left alone; its ids outlive every epoch; a start writes nothing that did not change;
// and what the operating system refuses is told, never replaced by a new identity.
#include "node/identity.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "crypto/random.hpp"
#include "routing/proofs/claims.hpp"
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
    std::vector<routing::WorkClaim> claims(const Identity& of) const;
    void write(ByteView bytes) const { std::ofstream(file, std::ios::binary) << as_text(bytes); }
};

routing::NodeId id_of_relay(const Identity& of) {
    return routing::node_id(of.relay_key.public_key, of.relay_proofs.founding);
}
routing::VaultId id_of_vault(const Identity& of) {
    return routing::vault_id(of.vault_key.public_key, of.vault_proofs.founding);
}

routing::Guard guard_number(unsigned i) {
    routing::Guard out;
    out.id = routing::NodeId{crypto::content_hash(view(std::to_string(i))).bytes};
    out.expires = Time(seconds(1000 + i));
    out.last_listed = Time(seconds(2000 + i));
    out.failed = Time(seconds(i));
    return out;
}

std::vector<routing::WorkClaim> Fixture::claims(const Identity& of) const {
    std::vector<routing::WorkClaim> out;
    for (const auto& claim : claims_of(of.relay_key.public_key, id_of_relay(of), of.relay_proofs, network))
        out.push_back(claim);
    for (const auto& claim : claims_of(of.vault_key.public_key, id_of_vault(of), of.vault_proofs, network))
        out.push_back(claim);
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
    const auto epoch = first->relay_proofs.epoch;
    BOOST_TEST((second->onion_seed.key_of(epoch).public_key == first->onion_seed.key_of(epoch).public_key));
    BOOST_TEST((second->convergence_secret == first->convergence_secret));
    BOOST_TEST((second->relay_proofs == first->relay_proofs));
    BOOST_TEST((second->vault_proofs == first->vault_proofs));
    BOOST_TEST(second->incarnation > first->incarnation);
}

BOOST_AUTO_TEST_CASE(its_secrets_are_five_different_ones) {
    auto made = open();
    BOOST_REQUIRE(made);
    BOOST_TEST((made->relay_key.public_key != made->vault_key.public_key));
    BOOST_TEST(!(made->link_key.secret == made->onion_seed.expose()));
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
    BOOST_REQUIRE(save_identity(dir.path(), *made, rng));
    auto back = open();
    BOOST_REQUIRE(back);
    BOOST_TEST((back->guards == made->guards));
}

BOOST_AUTO_TEST_CASE(a_file_of_the_version_before_is_read) {
    auto made = open();
    BOOST_REQUIRE(made);
    made->guards = {};
    auto bytes = made->encode();
    // It had one onion key where the seed is, and no epoch of it.
    bytes[18] = '2';
    const auto epoch_at = bytes.size() - 32 - 4 - 4 - 4;
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(epoch_at),
                bytes.begin() + static_cast<std::ptrdiff_t>(epoch_at) + 4);
    bytes.resize(bytes.size() - 32);
    append(bytes, crypto::content_hash(bytes));
    write(bytes);
    auto back = open();
    BOOST_REQUIRE(back);
    BOOST_TEST((id_of_relay(*back) == id_of_relay(*made)));
    BOOST_TEST((id_of_vault(*back) == id_of_vault(*made)));
    BOOST_TEST(back->onion_seed.epoch() == back->relay_proofs.epoch);
    BOOST_TEST(Identity::decode(read()).has_value());
}

BOOST_AUTO_TEST_CASE(onion_keys_begin_with_the_epoch_and_go_on) {
    auto first = open();
    BOOST_REQUIRE(first);
    const auto epoch = first->relay_proofs.epoch;
    BOOST_TEST(first->onion_seed.epoch() == epoch);
    now += network.pow_epoch;
    auto later = open();
    BOOST_REQUIRE(later);
    BOOST_TEST(
        (later->onion_seed.key_of(epoch + 1).public_key == first->onion_seed.key_of(epoch + 1).public_key));
    // A clock that was ahead has made the node forget the keys of now: it begins anew.
    first->onion_seed.forget_before(epoch + 5);
    first->relay_proofs = later->relay_proofs;
    BOOST_REQUIRE(save_identity(dir.path(), *first, rng));
    auto anew = open();
    BOOST_REQUIRE(anew);
    BOOST_TEST(anew->onion_seed.epoch() == anew->relay_proofs.epoch);
}

BOOST_AUTO_TEST_CASE(ids_outlive_every_epoch) {
    auto first = open();
    BOOST_REQUIRE(first);
    for (int epoch = 0; epoch < 4; ++epoch) {
        now += network.pow_epoch * 2;  // beyond the ticket's epoch and the next: none is left that counts
        auto later = open();
        BOOST_REQUIRE(later);
        BOOST_TEST((id_of_relay(*later) == id_of_relay(*first)));
        BOOST_TEST((id_of_vault(*later) == id_of_vault(*first)));
        BOOST_TEST(later->relay_proofs.epoch == network.epoch_of(id_of_relay(*later), now));
        BOOST_TEST(later->vault_proofs.epoch == network.epoch_of(id_of_vault(*later), now));
        for (const auto& claim : claims(*later)) BOOST_TEST(verify(claim).has_value());
    }
}

// It is made anew while the node runs, and not at its start.
BOOST_AUTO_TEST_CASE(a_ticket_of_the_last_epoch_will_do) {
    auto before = open();
    BOOST_REQUIRE(before);
    now += network.pow_epoch;
    auto after = open();
    BOOST_REQUIRE(after);
    BOOST_TEST((after->relay_proofs == before->relay_proofs));
    BOOST_TEST((after->vault_proofs == before->vault_proofs));
}

BOOST_AUTO_TEST_CASE(a_client_works_for_nothing) {
    auto client = open_identity(dir.path(), network, now, rng, {false, false});
    BOOST_REQUIRE(client);
    BOOST_TEST((client->relay_proofs == routing::IdentityProofs{}));
    BOOST_TEST((client->vault_proofs == routing::IdentityProofs{}));
    auto vault = open_identity(dir.path(), network, now, rng, {false, true});
    BOOST_REQUIRE(vault);
    BOOST_TEST((vault->vault_key.public_key == client->vault_key.public_key));
    BOOST_TEST((vault->relay_proofs == routing::IdentityProofs{}));
    BOOST_TEST((vault->vault_proofs != routing::IdentityProofs{}));
}

// A start changes nothing on the disk, so that a full one is no reason not to serve.
BOOST_AUTO_TEST_CASE(a_start_writes_nothing_that_has_not_changed) {
    auto first = open();
    BOOST_REQUIRE(first);
    const auto written = read();
    fs::create_directory(dir.path() / "identity.new");  // no fresh file can be made
    auto last = first->incarnation;
    for (int start = 0; start < 3; ++start) {
        now += seconds(1);
        auto again = open();
        BOOST_REQUIRE(again);
        BOOST_TEST(again->incarnation > last);
        BOOST_TEST((read() == written));
        last = again->incarnation;
    }
    // A ticket that cannot be written down is made again at the next start.
    now += network.pow_epoch * 3;
    auto renewed = open();
    BOOST_REQUIRE(renewed);
    BOOST_TEST((renewed->vault_proofs != first->vault_proofs));
    BOOST_TEST((id_of_vault(*renewed) == id_of_vault(*first)));
    BOOST_TEST((read() == written));
}

// An id that the next start would not know again is none.
BOOST_AUTO_TEST_CASE(a_founding_that_cannot_be_kept_is_an_error) {
    fs::create_directory(dir.path() / "identity.new");
    auto opened = open();
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().is(Code::io));
}

BOOST_AUTO_TEST_CASE(incarnations_grow_also_when_the_clock_goes_back) {
    auto first = open();
    BOOST_REQUIRE(first);
    now -= hours(24 * 400);
    auto second = open();
    BOOST_REQUIRE(second);
    auto third = open();
    BOOST_REQUIRE(third);
    BOOST_TEST(second->incarnation > first->incarnation);
    BOOST_TEST(third->incarnation > second->incarnation);
}

BOOST_AUTO_TEST_CASE(a_file_of_an_earlier_version_is_named_and_left_alone) {
    BOOST_REQUIRE(open());
    auto bytes = read();
    bytes[18] = '1';
    write(bytes);
    auto opened = open();
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().is(Code::refused));
    BOOST_TEST(opened.error().message.find("another version") != std::string::npos);
    BOOST_TEST((read() == bytes));
}

BOOST_AUTO_TEST_CASE(a_huge_file_is_not_read) {
    write(Bytes(1024 * 1024, 'x'));
    auto opened = open();
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().message.find("too large") != std::string::npos);
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
        // A byte of the number alone makes it another version's.
        BOOST_REQUIRE(decoded.error().is(Code::corrupt) || (i >= 18 && i <= 19));
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
    of_another_version[18] = '4';
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
