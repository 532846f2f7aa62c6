// Proves that a testnet's members get configurations that the node accepts, that only complete nodes count as
// complete, and that no process but the recorded one is ever signalled.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "node/config/config.hpp"
#include "tests/support/scratch_dir.hpp"
#include "tools/testnet/process.hpp"
#include "tools/testnet/readiness.hpp"

using namespace catacomb;
using namespace catacomb::testnet;

BOOST_AUTO_TEST_SUITE(testnet_members)

BOOST_AUTO_TEST_CASE(every_member_has_a_network_of_its_own) {
    const auto members = members_of(kMostMembers).value();
    std::set<std::uint64_t> networks;
    for (const auto& member : members) {
        const auto endpoint = routing::Endpoint::parse(member.address() + ":1");
        BOOST_REQUIRE(endpoint);
        BOOST_TEST(endpoint->is_loopback());
        BOOST_TEST(networks.insert(endpoint->network_prefix()).second, member.name());
    }
    BOOST_TEST(networks.size() == 220u);
    BOOST_TEST(members.front().address() == "127.11.0.1");
}

BOOST_AUTO_TEST_CASE(impossible_shapes_are_refused) {
    for (const Shape shape : {Shape{0, 1, 1}, Shape{111, 0, 0}, Shape{1, 51, 0}, Shape{1, 0, 61}}) {
        BOOST_TEST(!members_of(shape).has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_node_takes_every_configuration) {
    tests::ScratchDir dir;
    for (const auto& member : members_of({4, 1, 1}).value()) {
        const auto file = dir.path() / (member.name() + ".toml");
        std::ofstream(file) << config_text(member, 4, {.quota = "3MiB", .port = 4321});
        node::ConfigSources sources;
        sources.file = file;
        const auto config = node::load_config(sources);
        BOOST_REQUIRE_MESSAGE(config, config.error().text());
        BOOST_TEST(config->is_relay() == (member.role == Role::relay));
        BOOST_TEST(config->hosts_vault() == (member.role != Role::client));
        BOOST_TEST(config->outgoing_address->text() == member.address() + ":0");
        BOOST_TEST(config->bootstrap.size() == (member.role == Role::relay && member.number <= 3 ? 2u : 3u));
        BOOST_TEST(config->vault.quota.bytes == 3u << 20);
        BOOST_TEST(config->network.allow_special_addresses);
        if (config->listen) BOOST_TEST(config->listen->text() == member.address() + ":4321");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(testnet_readiness)

BOOST_AUTO_TEST_CASE(each_missing_piece_shows) {
    const char* const whole =
        R"({"ready":true,"relays_known":16,"ring":{"joined":true,"successors":15,"predecessor":true},
        "vault":{"registrations":4,"registrations_wanted":4}})";
    const auto status = [&](const char* part, const char* name, boost::json::value value) {
        auto out = boost::json::parse(whole).as_object();
        if (*part != 0) {
            out[part].as_object()[name] = std::move(value);
        } else if (*name != 0) {
            out[name] = std::move(value);
        }
        return out;
    };
    BOOST_TEST(judge(status("", "", nullptr), Role::relay, 16).complete);
    BOOST_TEST(!judge(status("", "ready", false), Role::relay, 16).complete);
    BOOST_TEST(!judge(status("", "relays_known", 15), Role::relay, 16).ring);
    BOOST_TEST(!judge(status("ring", "joined", false), Role::relay, 16).ring);
    BOOST_TEST(!judge(status("ring", "predecessor", false), Role::relay, 16).ring);
    BOOST_TEST(!judge(status("ring", "successors", 14), Role::relay, 16).ring);
    BOOST_TEST(!judge(status("vault", "registrations", 3), Role::relay, 16).vault);
    BOOST_TEST(!judge(status("vault", "registrations_wanted", 0), Role::relay, 16).vault);
    // Who dials out only has no place on the ring, and a client no vault.
    BOOST_TEST(judge(status("ring", "joined", false), Role::vault, 16).complete);
    BOOST_TEST(judge(status("vault", "registrations", 0), Role::client, 16).complete);
    BOOST_TEST(!judge({}, Role::client, 16).complete);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(testnet_processes)

struct Sleeper {
    tests::ScratchDir dir;
    Process process = spawn({"/bin/sleep", "600"}, dir.path() / "log").value();
    ~Sleeper() { process.signal(SIGKILL); }
};

BOOST_FIXTURE_TEST_CASE(a_process_is_known_by_its_start_time_too, Sleeper) {
    BOOST_TEST(process.running());
    const auto file = dir.path() / "pid";
    BOOST_REQUIRE(write_record(file, process));
    const auto same = read_record(file).value();
    BOOST_TEST(same.running());
    auto stranger = same;
    stranger.started += 1;
    BOOST_TEST(!stranger.running());
    BOOST_TEST(!stranger.signal(SIGKILL));
    BOOST_TEST(process.running());
}

BOOST_FIXTURE_TEST_CASE(a_killed_process_does_not_run_even_before_it_is_reaped, Sleeper) {
    BOOST_TEST(process.signal(SIGKILL));
    while (process.running()) std::this_thread::yield();
    BOOST_TEST(!process.signal(SIGKILL));
}

BOOST_AUTO_TEST_CASE(records_that_make_no_sense_are_none) {
    tests::ScratchDir dir;
    const auto file = dir.path() / "pid";
    BOOST_TEST(!read_record(file).has_value());
    for (const auto* text : {"", "x", "12", "-1 5", "0 5", "1 5"}) {
        std::ofstream(file) << text;
        BOOST_TEST(!read_record(file).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_told) {
    tests::ScratchDir dir;
    const auto process = spawn({"/no/such/program"}, dir.path() / "log");
    BOOST_REQUIRE(!process);
    BOOST_TEST((process.error().code == Code::io));
}

BOOST_AUTO_TEST_SUITE_END()
