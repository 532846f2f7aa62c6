// Files into and out of a local network of real processes, over full circuits. CPU is that of all nodes
// together; the bench itself, which stands for the user's program, is not counted.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "base/log.hpp"
#include "crypto/hash.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/json_fields.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/processes.hpp"
#include "tools/bench/sample_file.hpp"
#include "tools/testnet/testnet.hpp"

namespace catacomb::bench {
namespace {

namespace json = boost::json;
using cli::ApiClient;

constexpr std::size_t kChunk = 1024 * 1024;
constexpr std::uint64_t kSmall = 1024;
constexpr std::size_t kCircuitsReady = 2;  // how many the node keeps
constexpr unsigned kLonger = 31;           // days, so that every lease changes
constexpr auto kLimit = seconds(300);
constexpr auto kPoll = milliseconds(2);

// Takes the network down and its data away, however the bench ends.
class Network {
public:
    explicit Network(const NetArguments& arguments)
        : dir_(arguments.dir),
          testnet_(arguments.dir, std::filesystem::read_symlink("/proc/self/exe").parent_path() / "catacombd",
                   kLimit) {}
    ~Network() {
        static_cast<void>(testnet_.down());
        std::error_code ignored;
        std::filesystem::remove_all(dir_, ignored);
    }

    Result<> up(const NetArguments& arguments) {
        if (std::filesystem::exists(dir_)) return error(Code::exists, dir_.string() + " is there already");
        testnet::Shape shape;
        shape.relays = arguments.nodes;
        testnet::Settings settings;
        settings.port = arguments.port;
        if (auto done = testnet_.up(shape, settings); !done) return done;
        for (const auto& state : testnet_.states()) {
            dirs_.push_back(testnet_.dir_of(state.member));
            if (state.process) pids_.push_back(state.process->pid);
        }
        return ok();
    }
    const std::vector<pid_t>& pids() const { return pids_; }
    Result<ApiClient> client(std::size_t node) const { return ApiClient::open(dirs_[node], kLimit); }

    double most_private_mib() const {
        std::uint64_t most = 0;
        for (const auto pid : pids_) most = std::max(most, private_memory(pid));
        return static_cast<double>(most) / kMebi;
    }

private:
    std::filesystem::path dir_;
    testnet::Testnet testnet_;
    std::vector<std::filesystem::path> dirs_;
    std::vector<pid_t> pids_;
};

struct Cost {
    double wall = 0, cpu = 0;
};

// Runs `work` and tells what it took, here and in all nodes.
template <class Work>
Result<Cost> cost_of(const Network& network, const Work& work) {
    const auto cpu = cpu_seconds(network.pids());
    const auto wall = wall_seconds();
    if (auto done = work(); !done) return done.error();
    return Cost{wall_seconds() - wall, cpu_seconds(network.pids()) - cpu};
}

// The job as it ended well.
Result<json::object> wait_for(ApiClient& client, const std::string& job) {
    for (std::uint64_t seen = 0;;) {
        auto status = client.call("GET", concat(job, "?wait=", seen, "&timeout=30"));
        if (!status) return status.error();
        seen = number_in(*status, "version");
        const auto state = text_in(*status, "state");
        if (state == "done") return std::move(*status);
        if (state != "running") return cli::error_from_json(object_in(*status, "error"));
    }
}

Result<std::string> insert(ApiClient& client, const SampleFile& file) {
    crypto::ContentHasher hasher;
    Bytes chunk(kChunk);
    for (std::uint64_t at = 0; at < file.size();) {
        const auto count = file.read(at, chunk);
        hasher.add(ByteView(chunk).first(count));
        at += count;
    }
    const json::object request{{"kind", "insert"},
                               {"name", "sample"},
                               {"content_hash", hasher.digest().hex()},
                               {"size", file.size()}};
    auto job = client.call("POST", "/v1/jobs", request);
    if (!job) return job.error();
    const auto target = concat("/v1/jobs/", text_in(*job, "id"));
    std::uint64_t at = 0;
    auto sent = client.upload(target + "/content", file.size(), [&](MutableBytes into) {
        const auto count = file.read(at, into);
        at += count;
        return Result<std::size_t>(count);
    });
    if (!sent) return sent.error();
    auto ended = wait_for(client, target);
    if (!ended) return ended.error();
    return text_in(object_in(*ended, "insert"), "key");
}

// Code::corrupt when a block of the file was not renewed: then less was done than is to be measured.
Result<> renew(ApiClient& client, const std::string& key) {
    auto job = client.call("POST", "/v1/jobs",
                           json::object{{"kind", "renew"}, {"key", key}, {"lease_days", kLonger}});
    if (!job) return job.error();
    auto ended = wait_for(client, concat("/v1/jobs/", text_in(*job, "id")));
    if (!ended) return ended.error();
    const auto& report = object_in(*ended, "renew");
    if (number_in(report, "blocks_renewed") == number_in(report, "blocks")) return ok();
    return error(Code::corrupt, concat("only ", number_in(report, "blocks_renewed"), " of ",
                                       number_in(report, "blocks"), " blocks were renewed"));
}

// Seconds until the first byte. Code::corrupt when other bytes come than went in.
Result<double> get(ApiClient& client, const std::string& key, const SampleFile& file) {
    const auto begin = wall_seconds();
    double first = 0;
    std::uint64_t at = 0;
    Bytes expected(kChunk);
    const auto take = [&](ByteView bytes) -> Result<> {
        if (at == 0) first = wall_seconds() - begin;
        while (!bytes.empty()) {
            const auto count = file.read(at, MutableBytes(expected).first(std::min(bytes.size(), kChunk)));
            if (count == 0 || !equal(bytes.first(count), ByteView(expected).first(count)))
                return error(Code::corrupt, "the file came back changed");
            bytes = bytes.subspan(count);
            at += count;
        }
        return ok();
    };
    const auto on_head = [](const ApiClient::FileHead&) { return ok(); };
    auto came = client.download("/v1/files/" + key, on_head, take);
    if (!came) return came.error();
    if (at != file.size()) return error(Code::corrupt, "the file came back short");
    return first;
}

// Circuits are built ahead of their use; a bench that asks faster than any person must wait for that.
Result<> wait_for_circuits(ApiClient& client) {
    const auto deadline = wall_seconds() + 30;
    for (;;) {
        auto status = client.call("GET", "/v1/status");
        if (!status) return status.error();
        if (number_in(object_in(*status, "circuits"), "ready") >= kCircuitsReady) return ok();
        if (wall_seconds() > deadline) return error(Code::timed_out, "the node has no circuits ready");
        std::this_thread::sleep_for(kPoll);
    }
}

Result<bool> bulk(Network& network, const NetArguments& arguments) {
    const SampleFile file(arguments.file_mib * 1024 * 1024);
    const auto gibis = static_cast<double>(file.size()) / kGibi;
    const auto megas = static_cast<double>(file.size()) / kMega;
    auto inserter = network.client(0), getter = network.client(network.pids().size() / 2);
    if (!inserter || !getter) return error(Code::unreachable, "a node does not answer");

    std::string key;
    const auto put = cost_of(network, [&]() -> Result<> {
        auto made = insert(*inserter, file);
        if (!made) return made.error();
        key = *made;
        return ok();
    });
    if (!put) return put.error();
    std::vector<double> speeds, costs;
    for (unsigned i = 0; i < arguments.gets; ++i) {
        const auto got = cost_of(network, [&]() -> Result<> {
            auto came = get(*getter, key, file);
            if (!came) return came.error();
            return ok();
        });
        if (!got) return got.error();
        speeds.push_back(megas / got->wall);
        costs.push_back(got->cpu / gibis);
    }
    const auto kept = cost_of(network, [&] { return renew(*getter, key); });
    if (!kept) return kept.error();
    print_heading(concat("a file of ", arguments.file_mib, " MiB"));
    print_figure("insert", megas / put->wall, "MB/s");
    bool good = print_aim("insert, CPU of all nodes", put->cpu / gibis, "s/GiB", Aim::at_most, 90);
    good &= print_aim(concat("get, median of ", arguments.gets), quantile(speeds, 0.5), "MB/s", Aim::at_least,
                      60);
    good &= print_aim("get, CPU of all nodes", quantile(costs, 0.5), "s/GiB", Aim::at_most, 30);
    print_figure("renew", kept->wall, "s");
    good &= print_aim("renew, CPU of all nodes, of the insert's", 100 * kept->cpu / put->cpu, "%",
                      Aim::at_most, 3);
    return good;
}

Result<bool> small(Network& network, const NetArguments& arguments) {
    const SampleFile file(kSmall);
    auto inserter = network.client(0), getter = network.client(network.pids().size() / 2);
    if (!inserter || !getter) return error(Code::unreachable, "a node does not answer");
    auto key = insert(*inserter, file);
    if (!key) return key.error();
    std::vector<double> waits;
    const auto cpu = cpu_seconds(network.pids());
    for (unsigned i = 0; i < arguments.small_gets; ++i) {
        if (auto ready = wait_for_circuits(*getter); !ready) return ready.error();
        auto first = get(*getter, *key, file);
        if (!first) return first.error();
        waits.push_back(*first * 1000);
    }
    const auto spent = (cpu_seconds(network.pids()) - cpu) / arguments.small_gets;
    print_heading("a file of 1 KiB");
    const bool good = print_aim(concat("first byte, median of ", arguments.small_gets), quantile(waits, 0.5),
                                "ms", Aim::at_most, 10);
    print_figure("first byte, p95", quantile(waits, 0.95), "ms");
    print_figure("CPU of all nodes, its new circuit included", spent * 1000, "ms/get");
    return good;
}

Result<bool> measure(const NetArguments& arguments) {
    Network network(arguments);
    if (auto done = network.up(arguments); !done) return done.error();
    print_heading(concat(arguments.nodes, " processes"));
    print_figure("private memory, the largest node, idle", network.most_private_mib(), "MiB");
    auto small_good = small(network, arguments);
    if (!small_good) return small_good;
    auto bulk_good = bulk(network, arguments);
    if (!bulk_good) return bulk_good;
    const bool lean = print_aim("private memory, the largest node, after", network.most_private_mib(), "MiB",
                                Aim::at_most, 128);
    return *small_good && *bulk_good && lean;
}

}  // namespace

int net(const NetArguments& arguments) {
    const auto good = measure(arguments);
    if (good) return *good ? 0 : 1;
    std::cerr << "catacomb-bench: " << good.error().text() << '\n';
    return 2;
}

}  // namespace catacomb::bench
