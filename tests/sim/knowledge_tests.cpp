// Proves that no single node of an honest network can connect a person with a block, or a vault with its
// owner, and that the audit which says so is not blind: each planted leak is caught, and by the promise that
// it breaks.
#include <boost/test/unit_test.hpp>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/audited_network.hpp"

namespace catacomb::sim {
namespace {

using routing::Handle;
using routing::Tap;
using Kind = Handle::Kind;

// Violations in which all these words stand.
std::size_t count(const std::vector<std::string>& violations, std::initializer_list<std::string_view> words) {
    return static_cast<std::size_t>(
        std::count_if(violations.begin(), violations.end(), [&](const std::string& line) {
            return std::all_of(words.begin(), words.end(),
                               [&](std::string_view word) { return line.find(word) != std::string::npos; });
        }));
}

// Passes everything on to the audit; a planted fault says more.
class Between : public Tap {
public:
    explicit Between(Tap& audit) : audit_(audit) {}
    void saw(Handle where, ByteView plaintext) override { audit_.saw(where, plaintext); }
    void joined(Handle a, Handle b) override { audit_.joined(a, b); }
    void originated(Handle channel, ByteView create) override { audit_.originated(channel, create); }

protected:
    Tap& audit_;
};

struct Planted {
    std::vector<std::unique_ptr<Between>> taps;

    template <class Leak, class... Arguments>
    std::function<Tap*(const std::string&, Tap&)> with(Arguments... arguments) {
        return [this, arguments...](const std::string&, Tap& audit) {
            taps.push_back(std::make_unique<Leak>(audit, arguments...));
            return taps.back().get();
        };
    }
};

// What the leaks are about: set once the file is on its way.
struct Target {
    std::string person;  // an address as a link reports it, up to the port
    storage::Root root;
};

bool begins_with(ByteView bytes, std::string_view text) { return as_text(bytes).starts_with(text); }

// A relay tells its successor whose circuit this is, and so on to the exit.
class PassesAddressAlong final : public Between {
public:
    PassesAddressAlong(Tap& audit, std::shared_ptr<Target> target)
        : Between(audit), target_(std::move(target)) {}
    void saw(Handle where, ByteView plaintext) override {
        Between::saw(where, plaintext);
        if (where.kind == Kind::stream && equal(plaintext, target_->root))
            audit_.saw(where, view("X-Forwarded-For: " + target_->person));
    }

private:
    std::shared_ptr<Target> target_;
};

// A client's request carries one id, in the open, from its guard to the rendezvous.
class KeepsRequestId final : public Between {
public:
    KeepsRequestId(Tap& audit, std::shared_ptr<Target> target) : Between(audit), target_(std::move(target)) {}
    void saw(Handle where, ByteView plaintext) override {
        Between::saw(where, plaintext);
        if (where.kind == Kind::link && begins_with(plaintext, target_->person + ":")) links_.insert(where);
        const auto text = as_text(plaintext);
        if (where.kind == Kind::rpc && !target_->root.is_zero() &&
            text.find(as_text(target_->root)) != std::string::npos)
            audit_.saw(where, view(kRequestId));
    }
    void joined(Handle a, Handle b) override {
        Between::joined(a, b);
        if (links_.count(a) && b.kind == Kind::channel) audit_.saw(b, view(kRequestId));
    }

private:
    static constexpr std::string_view kRequestId = "\x1f\x8e\x07\xd3\x55\xc2\x9a\x70";
    std::shared_ptr<Target> target_;
    std::set<Handle> links_;
};

Bytes small_file() { return Bytes(3000, 'c'); }

std::string host_of(const Endpoint& address) {
    const auto text = address.text();
    return text.substr(0, text.rfind(':'));
}

// A client inserts a small file in a network with that fault; what the audit says.
std::vector<std::string> violations_with(AuditOptions options, std::shared_ptr<Target> target = {}) {
    AuditedNetwork network(std::move(options));
    const auto client = network.first_client();
    if (target) target->person = host_of(network.cluster().address(client));
    BOOST_REQUIRE(network.settle());
    if (target) target->root = network.root_of(client, small_file(), "planted.txt");
    auto key = network.insert(client, small_file(), "planted.txt");
    // A circuit of one hop may leave too few exits to check with: the leak is there all the same.
    BOOST_TEST_MESSAGE((key ? "inserted" : key.error().text()));
    return network.violations();
}

AuditOptions smaller() {
    AuditOptions out;
    out.relays = 12;
    out.vault_only = 2;
    out.clients = 1;
    return out;
}

Handle link(std::uint64_t id) { return {Kind::link, id}; }
Handle channel(std::uint64_t id) { return {Kind::channel, id}; }
Handle circuit(std::uint64_t id) { return {Kind::circuit, id}; }
Handle rpc(std::uint64_t id) { return {Kind::rpc, id}; }

// One node that serves a client by one circuit and hears of a root by another thing.
struct OneNode {
    KnowledgeAudit audit;
    Tap* tap = audit.tap("relay-0");
    const std::string person = "10.99.0.1", root = "the root of a file";

    OneNode() {
        audit.plant({Fact::Kind::person, "client-9", "address"}, {to_bytes(person)});
        audit.plant({Fact::Kind::block, "client-9", "root"}, {to_bytes(root)});
        audit.plant({Fact::Kind::vault, "client-9", "vault"}, {to_bytes("the key of a vault")});
        audit.plant({Fact::Kind::content, "client-9", "plaintext"}, {to_bytes("the words themselves")});
        tap->saw(link(1), view(person + ":32768"));
        tap->joined(link(1), channel(10));
        tap->joined(channel(10), circuit(5));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(knowledge)

BOOST_AUTO_TEST_CASE(needles_are_found_at_any_offset_and_only_there) {
    crypto::SeededRng rng(7);
    Needles needles;
    std::vector<Bytes> planted;
    for (Needles::Name i = 0; i < 2000; ++i) {
        planted.emplace_back(8 + i % 40);
        rng.fill(planted.back());
        needles.add(planted.back(), i);
    }
    Bytes hay(4096);
    rng.fill(hay);
    BOOST_TEST(needles.find(hay).empty());
    for (std::size_t offset = 0; offset < 64; ++offset) {
        const auto which = static_cast<Needles::Name>(rng.below(planted.size()));
        auto with = hay;
        copy(MutableBytes(with).subspan(offset * 61), planted[which]);
        BOOST_TEST((needles.find(with) == std::vector<Needles::Name>{which}));
        const auto end = offset * 61 + planted[which].size();
        BOOST_TEST(needles.find(ByteView(with).first(end)).size() == 1U);
        BOOST_TEST(needles.find(ByteView(with).first(end - 1)).empty());
    }
}

BOOST_FIXTURE_TEST_CASE(what_is_joined_is_connected, OneNode) {
    tap->saw(circuit(5), view("... " + root));
    const auto found = audit.violations();
    BOOST_TEST(found.size() == 1U);
    BOOST_TEST(count(found, {"relay-0", "client-9's address", "root", "link 1 - channel 10 - circuit 5"}) ==
               1U);
}

BOOST_FIXTURE_TEST_CASE(what_shares_but_a_link_or_a_node_is_not, OneNode) {
    tap->joined(link(2), channel(20));
    tap->joined(channel(20), circuit(5));  // the next hop
    tap->joined(link(2), channel(21));
    tap->joined(channel(21), circuit(6));  // another's circuit over the same link
    tap->saw(circuit(6), view(root));
    tap->saw(rpc(3), view(root));
    BOOST_TEST(audit.violations().empty());
}

BOOST_FIXTURE_TEST_CASE(a_shared_fact_connects_what_knows_it, OneNode) {
    tap->saw(circuit(5), view("the key of a vault"));
    tap->saw(rpc(3), view("the key of a vault: " + root));
    const auto found = audit.violations();
    BOOST_TEST(count(found, {"client-9's address", "root"}) == 1U);
    BOOST_TEST(count(found, {"client-9's address", "vault"}) >= 1U);
}

BOOST_FIXTURE_TEST_CASE(the_same_ciphertext_on_two_circuits_connects_them, OneNode) {
    crypto::SeededRng rng(3);
    Bytes cell(routing::kCellSize);
    rng.fill(cell);
    tap->saw(circuit(5), cell);
    tap->saw(circuit(6), view(root));
    BOOST_TEST(audit.violations().empty());
    rng.fill(MutableBytes(cell).first(80));  // other slots, the same payload: a hop that adds no layer
    tap->saw(circuit(6), cell);
    BOOST_TEST(count(audit.violations(), {"client-9's address", "root"}) == 1U);
}

BOOST_FIXTURE_TEST_CASE(content_is_nobodys_to_see_and_ones_own_is, OneNode) {
    audit.tap("client-9")->saw(circuit(1), view("the words themselves"));
    audit.tap("client-9")->saw(circuit(1), view(person + root));
    BOOST_TEST(audit.violations().empty());
    tap->saw(rpc(8), view("the words themselves"));
    BOOST_TEST(count(audit.violations(), {"relay-0 saw client-9's plaintext"}) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_circuit_of_ones_own_is_oneself, OneNode) {
    const auto create = "an ephemeral key that nobody else has";
    audit.tap("relay-1")->originated(channel(3), view(create));
    tap->saw(channel(30), view(create));
    tap->joined(channel(30), circuit(7));
    BOOST_TEST(audit.violations().empty());
    tap->saw(circuit(7), view(root));
    BOOST_TEST(count(audit.violations(), {"relay-0", "relay-1's own circuit", "root"}) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_log_line_with_both_is_caught_whoever_wrote_it, OneNode) {
    audit.log_line("served " + person);
    audit.log_line("found " + root);
    BOOST_TEST(audit.violations().empty());
    audit.log_line(concat("served ", Private<std::string>{person}, " with ", root));
    BOOST_TEST(audit.violations().empty());
    audit.log_line(concat("served ", person, " with ", root));
    BOOST_TEST(count(audit.violations(), {"the log connects", "address", "root"}) == 1U);
}

BOOST_AUTO_TEST_CASE(no_node_of_an_honest_network_connects_anything) {
    for (const auto seed : testing::seeds(1)) {
        const auto outcome = run_audit(seed);
        BOOST_TEST_MESSAGE("seed " << seed << ": " << outcome.counters.plaintexts << " messages, "
                                   << outcome.counters.bytes << " bytes");
        BOOST_TEST_INFO(testing::replay(seed));
        BOOST_TEST(outcome.failure == "");
        for (const auto& violation : outcome.violations) BOOST_ERROR(violation);
        // It heard something: cells, requests, and many of the secrets where they belong.
        BOOST_TEST(outcome.inserts == 5U);
        BOOST_TEST(outcome.gets == 5U);
        BOOST_TEST(outcome.counters.plaintexts > 10'000U);
        BOOST_TEST(outcome.counters.joins > 1'000U);
        BOOST_TEST(outcome.counters.sightings > 1'000U);
        BOOST_TEST(outcome.counters.circuits > 30U);
    }
}

BOOST_AUTO_TEST_CASE(a_client_with_one_hop_is_caught) {
    auto options = smaller();
    options.client_hops = 1;
    const auto found = violations_with(std::move(options));
    BOOST_TEST(count(found, {"client-14's address", "root"}) > 0U);
    BOOST_TEST(count(found, {"client-14's link key", "root"}) > 0U);
    BOOST_TEST(count(found, {"client-14's own circuit", "root"}) > 0U);
    BOOST_TEST(count(found, {"'s vault"}) == 0U);
}

BOOST_AUTO_TEST_CASE(a_vault_that_dials_its_rendezvous_is_caught) {
    auto options = smaller();
    options.vault_hops = 1;
    const auto found = violations_with(std::move(options));
    BOOST_TEST(count(found, {"vault-12's address", "vault-12's vault's key"}) > 0U);
    BOOST_TEST(count(found, {"relay-3's own circuit", "relay-3's vault's key"}) > 0U);
    BOOST_TEST(count(found, {"client-14's address"}) == 0U);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_passed_along_is_caught) {
    Planted planted;
    auto target = std::make_shared<Target>();
    auto options = smaller();
    options.between = planted.with<PassesAddressAlong>(target);
    const auto found = violations_with(std::move(options), target);
    BOOST_TEST(count(found, {"client-14's address", "root"}) > 0U);
    BOOST_TEST(count(found, {"vault-12's"}) == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_id_that_stays_the_same_is_caught) {
    Planted planted;
    auto target = std::make_shared<Target>();
    auto options = smaller();
    options.between = planted.with<KeepsRequestId>(target);
    const auto found = violations_with(std::move(options), target);
    BOOST_TEST(count(found, {"client-14's address", "root", "rpc"}) > 0U);
    BOOST_TEST(count(found, {"vault-12's"}) == 0U);
}

// The facade of base/log, as the node's code writes to it.
BOOST_AUTO_TEST_CASE(a_logged_address_beside_a_root_is_caught) {
    AuditedNetwork network(smaller());
    BOOST_REQUIRE(network.settle());
    const auto client = network.first_client();
    const auto key = network.insert(client, small_file(), "planted.txt");
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(network.violations().empty());
    const auto root = network.root_of(client, small_file(), "planted.txt");
    log_debug("exit", network.cluster().address(client).text(), " asks for ", root.brief());
    BOOST_TEST(count(network.violations(), {"the log connects client-14's address", "root"}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
