#include "tools/sim/crash_net.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/log.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/oracles/bounds.hpp"
#include "tools/sim/oracles/durability.hpp"
#include "tools/sim/oracles/integrity.hpp"

namespace catacomb::sim {
namespace {

constexpr auto kTick = seconds(1);
constexpr std::uint64_t kTicksPerCheck = 20;  // of the bounds: it walks every link of every node
constexpr auto kSettleLimit = minutes(5);
constexpr Duration kShortestDown = seconds(10), kLongestDown = minutes(10);
constexpr Duration kEarlyReadWithin = minutes(10);
constexpr auto kAfterwards = minutes(30);  // for all that is under way to end
constexpr std::size_t kBiggestBits = 21;   // files of up to 2 MiB, small ones as likely as large ones

Conditions bad_network() {
    Conditions out;
    out.loss = 0.005;
    out.breaks = 0.00001;
    return out;
}

ClusterOptions shape(std::size_t nodes) {
    ClusterOptions out;
    out.clients = nodes / 10;
    out.relays = nodes * 3 / 5;
    out.vault_only = nodes - out.relays - out.clients;
    return out;
}

class CrashNet {
public:
    explicit CrashNet(const CrashNetOptions& options)
        : options_(options), world_(options.seed, bad_network()), cluster_(world_, shape(options.nodes)) {}

    CrashNetOutcome run();

private:
    // What becomes of one file.
    struct File {
        Bytes content;
        Time insert_at{}, read_at{};
        std::size_t inserter = 0;
        std::string key;
        std::optional<FileJob> insert, early_read, last_read;
    };

    void plan();
    void calm();
    void tick();
    void crash_or_restart();
    void advance(File& file);
    void take_insert(File& file);
    // True when the get came back equal.
    bool judge(File& file, const FileJob& get);
    void check_bounds();
    void violated(const std::string& words);
    std::size_t any_up_but(std::size_t other);
    Stores live_stores();
    template <class... Parts>
    void say(const Parts&... parts) {
        if (options_.say) options_.say(concat(in_seconds(world_.now() - began_), " s: ", parts...));
    }

    const CrashNetOptions& options_;
    SimWorld world_;
    Cluster cluster_;
    std::vector<File> files_;
    std::vector<Time> crashes_;              // ahead, the last one is next
    std::multimap<Time, std::size_t> down_;  // when to start which node again
    Time began_{};
    std::uint64_t ticks_ = 0;
    CrashNetOutcome out_;
};

void CrashNet::plan() {
    began_ = world_.now();
    const auto within = [&](Duration length) {
        return world_.now() + Duration(world_.rng().below(static_cast<std::uint64_t>(length.count())));
    };
    for (std::size_t i = 0; i < options_.files; ++i) {
        File file;
        file.content.resize(world_.rng().below(std::uint64_t{1} << world_.rng().below(kBiggestBits + 1)));
        world_.rng().fill(file.content);
        file.insert_at = within(options_.length);
        files_.push_back(std::move(file));
    }
    const auto nodes = static_cast<double>(options_.nodes);
    const auto hours = in_seconds(options_.length) / 3600;
    const auto crashes = std::max(1.0, options_.crashes_per_hour * nodes * hours);
    for (std::size_t i = 0; i < static_cast<std::size_t>(crashes); ++i)
        crashes_.push_back(within(options_.length));
    std::sort(crashes_.rbegin(), crashes_.rend());
}

CrashNetOutcome CrashNet::run() {
    began_ = world_.now();
    if (!cluster_.settle(kSettleLimit)) violated("the network was not ready in time");
    say("ready");
    plan();
    const auto end = world_.now() + options_.length;
    while (world_.now() < end) tick();
    say("the storm is over");
    calm();
    cluster_.close();
    out_.events = world_.events();
    out_.trace = world_.trace_hash();
    return std::move(out_);
}

void CrashNet::tick() {
    crash_or_restart();
    for (auto& file : files_) advance(file);
    if (++ticks_ % kTicksPerCheck == 0) check_bounds();
    world_.run_for(kTick);
}

// Every node comes back, the inserts that are under way end, and then each file is read once more.
void CrashNet::calm() {
    const auto limit = world_.now() + kAfterwards;
    const auto all_in = [&] {
        return std::all_of(files_.begin(), files_.end(),
                           [](const File& file) { return !file.key.empty() && !file.early_read; });
    };
    while (world_.now() < limit && (!down_.empty() || !all_in())) tick();
    for (auto& file : files_) {
        if (!file.key.empty()) file.last_read = FileJob::get(cluster_, any_up_but(file.inserter), file.key);
    }
    const auto over = [&] {
        return std::all_of(files_.begin(), files_.end(),
                           [](const File& file) { return !file.last_read || file.last_read->is_over(); });
    };
    while (world_.now() < limit && !over()) world_.run_for(kTick);
    for (auto& file : files_) {
        if (file.last_read) out_.read_back += judge(file, *file.last_read);
    }
}

void CrashNet::crash_or_restart() {
    const auto now = world_.now();
    while (!down_.empty() && down_.begin()->first <= now) {
        say("node ", down_.begin()->second, " is back");
        cluster_.start(down_.begin()->second);
        down_.erase(down_.begin());
    }
    while (!crashes_.empty() && crashes_.back() <= now) {
        crashes_.pop_back();
        const auto node = any_up_but(options_.nodes);
        const auto length = world_.rng().between(kShortestDown.count(), kLongestDown.count());
        cluster_.crash(node);
        down_.emplace(now + Duration(static_cast<Duration::rep>(length)), node);
        ++out_.crashes;
        say("node ", node, " crashed");
    }
}

void CrashNet::advance(File& file) {
    const auto now = world_.now();
    if (file.key.empty() && !file.insert && file.insert_at <= now) {
        file.inserter = any_up_but(options_.nodes);
        file.insert = FileJob::insert(cluster_, file.inserter, file.content);
    } else if (file.insert && file.insert->is_over()) {
        take_insert(file);
    } else if (!file.key.empty() && file.read_at != kNever && file.read_at <= now) {
        file.read_at = kNever;
        file.early_read = FileJob::get(cluster_, any_up_but(file.inserter), file.key);
    } else if (file.early_read && file.early_read->is_over()) {
        out_.read_early += judge(file, *file.early_read);
        file.early_read.reset();
    }
}

void CrashNet::take_insert(File& file) {
    const auto outcome = file.insert->outcome();
    file.insert.reset();
    if (!outcome) {
        // By another node, a little later.
        say("an insert failed: ", outcome.error().text());
        ++out_.given_up;
        file.insert_at = world_.now() + minutes(1);
        return;
    }
    ++out_.inserted;
    file.key = outcome->insert->key;
    const auto wait = world_.rng().below(static_cast<std::uint64_t>(kEarlyReadWithin.count()));
    file.read_at = world_.now() + Duration(static_cast<Duration::rep>(wait));
    say("a file of ", file.content.size(), " bytes is in; it survives ",
        outcome->insert->survives_vault_losses, " vaults");
}

bool CrashNet::judge(File& file, const FileJob& get) {
    const auto outcome = get.outcome();
    const auto wrong = integrity_violation(file.content, get.delivered(), outcome.has_value());
    if (!wrong.empty()) violated(wrong);
    if (get.node_died()) return false;
    const auto got = outcome ? Result<Bytes>(get.delivered()) : Result<Bytes>(outcome.error());
    const auto lost = durability_violation(file.key, got, live_stores());
    if (!lost.empty()) violated(lost);
    return outcome && wrong.empty();
}

void CrashNet::check_bounds() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        if (!cluster_.is_up(i)) continue;
        if (auto words = bounds_violation(cluster_.core(i)); !words.empty())
            violated(concat(cluster_.name(i), ": ", words));
    }
}

void CrashNet::violated(const std::string& words) {
    say("VIOLATED: ", words);
    out_.violations.push_back(words);
}

std::size_t CrashNet::any_up_but(std::size_t other) {
    for (;;) {
        const auto node = world_.rng().below(cluster_.size());
        if (node != other && cluster_.is_up(node)) return node;
    }
}

Stores CrashNet::live_stores() {
    Stores out;
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        if (cluster_.is_up(i) && cluster_.hosts_vault(i)) out.push_back(&cluster_.store(i));
    }
    return out;
}

}  // namespace

CrashNetOutcome run_crash_net(const CrashNetOptions& options) {
    CrashNet storm(options);
    return storm.run();
}

}  // namespace catacomb::sim
