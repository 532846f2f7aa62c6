// Proves: every path chosen is of distinct relays in distinct networks, never the node itself, begins with
// the guard wanted and ends where it must; a path is found whenever there is one, and else the refusal names
// the counts.
#include "routing/onion/path.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace catacomb::routing {
namespace {

NodeId id_of(std::size_t number) {
    NodeId id;
    id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[1] = static_cast<std::uint8_t>(number);
    id.bytes[31] = 1;
    return id;
}

// Relay i is id_of(i) in network prefixes[i].
std::vector<PathRelay> relays_in(const std::vector<std::vector<std::uint64_t>>& prefixes) {
    std::vector<PathRelay> out;
    for (std::size_t i = 0; i < prefixes.size(); ++i) out.push_back({id_of(i), prefixes[i]});
    return out;
}
std::vector<PathRelay> distinct_relays(std::size_t count) {
    std::vector<PathRelay> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back({id_of(i), {i}});
    return out;
}

PathRequest request_of(std::size_t hops) {
    PathRequest request;
    request.hops = hops;
    request.self = id_of(0xffff);
    return request;
}

bool contains(const std::vector<NodeId>& ids, const NodeId& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Rules that hold for every path whatever was asked for.
bool keeps_the_rules(const std::vector<NodeId>& path, const std::vector<PathRelay>& relays,
                     const PathRequest& request) {
    std::set<std::uint64_t> networks;
    for (const auto& id : path) {
        const auto relay =
            std::find_if(relays.begin(), relays.end(), [&](const auto& r) { return r.id == id; });
        if (relay == relays.end() || id == request.self) return false;
        const std::set<std::uint64_t> own(relay->prefixes.begin(), relay->prefixes.end());
        for (const auto prefix : own) {
            if (!networks.insert(prefix).second) return false;
        }
    }
    return path.size() == request.hops && std::set<NodeId>(path.begin(), path.end()).size() == path.size();
}

// Whether any assignment keeps the rules: all of them are tried.
bool path_exists(const std::vector<PathRelay>& relays, const PathRequest& request,
                 std::vector<NodeId>& path) {
    if (path.size() == request.hops) return keeps_the_rules(path, relays, request);
    const auto hop = path.size();
    for (const auto& relay : relays) {
        if (hop == 0 && !request.guards.empty() && !contains(request.guards, relay.id)) continue;
        if (hop == 1 && !request.second_guards.empty() && !contains(request.second_guards, relay.id))
            continue;
        if (hop + 1 == request.hops && request.last && relay.id != *request.last) continue;
        if (relay.id != request.last && contains(request.avoid, relay.id)) continue;
        if (hop + 1 == request.hops && !request.last && contains(request.avoid_last, relay.id)) continue;
        path.push_back(relay.id);
        if (path_exists(relays, request, path)) return true;
        path.pop_back();
    }
    return false;
}

BOOST_AUTO_TEST_SUITE(onion_path)

BOOST_AUTO_TEST_CASE(small_worlds_agree_with_trying_everything) {
    crypto::SeededRng rng(1);
    std::size_t found = 0, refused = 0;
    for (int round = 0; round < 3000; ++round) {
        const auto count = 1 + rng.below(7);
        std::vector<std::vector<std::uint64_t>> prefixes(count);
        for (auto& own : prefixes) {
            for (auto left = 1 + rng.below(2); left > 0; --left) own.push_back(rng.below(6));
        }
        const auto relays = relays_in(prefixes);
        auto request = request_of(1 + rng.below(4));
        if (rng.chance(0.3)) request.self = id_of(rng.below(count));
        const auto some = [&] {
            return std::vector<NodeId>{id_of(rng.below(count)), id_of(rng.below(count))};
        };
        if (rng.chance(0.5)) request.guards = some();
        if (request.hops >= 2 && rng.chance(0.3)) request.second_guards = some();
        // Where the circuit must end is given for circuits longer than the guards.
        if (request.hops >= 3 && rng.chance(0.5)) request.last = id_of(rng.below(count));
        if (rng.chance(0.2)) request.avoid = {id_of(rng.below(count))};
        if (rng.chance(0.3)) request.avoid_last = some();
        const auto path = choose_path(relays, request, rng);
        std::vector<NodeId> any;
        BOOST_REQUIRE(path.has_value() == path_exists(relays, request, any));
        if (!path) {
            ++refused;
            continue;
        }
        ++found;
        BOOST_REQUIRE(keeps_the_rules(*path, relays, request));
        if (!request.guards.empty()) BOOST_REQUIRE(contains(request.guards, path->front()));
        if (!request.second_guards.empty()) BOOST_REQUIRE(contains(request.second_guards, (*path)[1]));
        if (request.last) BOOST_REQUIRE(path->back() == *request.last);
        if (!request.last) BOOST_REQUIRE(!contains(request.avoid_last, path->back()));
    }
    BOOST_TEST(found > 500u);
    BOOST_TEST(refused > 500u);
}

BOOST_AUTO_TEST_CASE(the_first_guard_that_fits_is_taken) {
    crypto::SeededRng rng(2);
    const auto relays = distinct_relays(30);
    auto request = request_of(3);
    request.guards = {id_of(99), id_of(4), id_of(5)};  // the first is not in the view
    for (int i = 0; i < 50; ++i) BOOST_TEST((choose_path(relays, request, rng)->front() == id_of(4)));
    // It is where the circuit must end: the backup leads there.
    request.last = id_of(4);
    for (int i = 0; i < 50; ++i) BOOST_TEST((choose_path(relays, request, rng)->front() == id_of(5)));
}

BOOST_AUTO_TEST_CASE(an_exit_is_no_guard_while_there_are_others) {
    crypto::SeededRng rng(11);
    auto request = request_of(3);
    request.guards = {id_of(0), id_of(1), id_of(2)};
    for (int round = 0; round < 500; ++round) {
        const auto path = choose_path(distinct_relays(5), request, rng);
        BOOST_REQUIRE(path);
        BOOST_TEST(!contains(request.guards, path->back()));
    }
    // Where there are none, a guard serves; and a rendezvous is where it is.
    BOOST_TEST(choose_path(distinct_relays(3), request, rng).has_value());
    request.last = id_of(1);
    BOOST_TEST(choose_path(distinct_relays(5), request, rng).has_value());
}

BOOST_AUTO_TEST_CASE(three_relays_give_three_exits) {
    crypto::SeededRng rng(12);
    const auto relays = distinct_relays(3);
    auto request = request_of(3);
    request.guards = {id_of(0), id_of(1), id_of(2)};
    for (int i = 0; i < 3; ++i) {
        const auto path = choose_path(relays, request, rng);
        BOOST_REQUIRE(path);
        request.avoid_last.push_back(path->back());
    }
    BOOST_TEST(!choose_path(relays, request, rng));
}

BOOST_AUTO_TEST_CASE(other_hops_are_uniform) {
    crypto::SeededRng rng(3);
    const auto relays = distinct_relays(11);
    auto request = request_of(3);
    request.guards = {id_of(0)};
    std::map<NodeId, int> middles, exits;
    for (int i = 0; i < 20000; ++i) {
        const auto path = choose_path(relays, request, rng);
        ++middles[(*path)[1]];
        ++exits[(*path)[2]];
    }
    for (const auto* counts : {&middles, &exits}) {
        BOOST_TEST(counts->size() == 10u);
        for (const auto& [id, count] : *counts) BOOST_TEST((1800 < count && count < 2200));
    }
}

BOOST_AUTO_TEST_CASE(a_network_that_is_too_small_is_named) {
    crypto::SeededRng rng(4);
    auto relays = distinct_relays(3);
    relays[2].prefixes = relays[1].prefixes;
    const auto path = choose_path(relays, request_of(3), rng);
    BOOST_REQUIRE(path.has_error());
    BOOST_TEST((path.error().is(Code::too_few_relays)));
    BOOST_TEST(path.error().message.find("3 other relays") != std::string::npos);
    BOOST_TEST(path.error().message.find("3 in 2 networks") != std::string::npos);
    BOOST_TEST(!choose_path({}, request_of(1), rng));
}

BOOST_AUTO_TEST_CASE(a_large_view_in_one_network_is_refused_quickly) {
    crypto::SeededRng rng(5);
    auto relays = distinct_relays(16384);
    for (auto& relay : relays) relay.prefixes = {7};
    BOOST_TEST(!choose_path(relays, request_of(3), rng));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
