#include "tools/sim/liars_insert.hpp"

#include <cmath>

#include "base/log.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/lying_store.hpp"

namespace catacomb::sim {
namespace {

constexpr auto kJobLimit = hours(2);
constexpr std::size_t kOneSegment = 5'100'000;

class LiarsInsert {
public:
    explicit LiarsInsert(const LiarsInsertOptions& options)
        : options_(options), world_(options.seed), cluster_(world_, shape()) {}

    LiarsInsertOutcome run();

private:
    ClusterOptions shape();
    void one_file(std::size_t number);
    Bytes content(std::size_t number);
    void draw_liars(std::size_t number);
    bool is_readable(std::size_t reader, const std::string& key, const Bytes& content);
    template <class... Parts>
    void say(const Parts&... parts) {
        if (options_.say) options_.say(concat(parts...));
    }

    const LiarsInsertOptions& options_;
    // Of each vault, one wrapped around the other; at most one of them lies at a time.
    std::vector<std::unique_ptr<LyingStore>> droppers_, unreadable_;
    SimWorld world_;
    Cluster cluster_;
    LiarsInsertOutcome out_;
};

ClusterOptions LiarsInsert::shape() {
    ClusterOptions out;
    out.relays = options_.nodes;
    out.clients = 2;
    out.adjust = [this](std::size_t, node::NodeOptions& node) {
        if (!node.vault) return;
        droppers_.push_back(std::make_unique<LyingStore>(*node.vault->store, LyingStore::drops_all()));
        unreadable_.push_back(std::make_unique<LyingStore>(*droppers_.back(), LyingStore::reads_fail()));
        node.vault->store = unreadable_.back().get();
    };
    return out;
}

// Half of them a single segment, small ones as likely as large ones; half of two or three leaves.
Bytes LiarsInsert::content(std::size_t number) {
    const auto size = number % 2 == 0 ? world_.rng().below(std::size_t{1} << world_.rng().between(1, 22))
                                      : world_.rng().between(kOneSegment + 10'000, 2 * kOneSegment);
    Bytes out(size);
    world_.rng().fill(out);
    return out;
}

void LiarsInsert::draw_liars(std::size_t number) {
    const auto vaults = droppers_.size();
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < vaults; ++i) order.push_back(i);
    world_.rng().shuffle(order);
    const auto liars = static_cast<std::size_t>(std::ceil(options_.share * static_cast<double>(vaults)));
    for (std::size_t i = 0; i < vaults; ++i) {
        droppers_[order[i]]->lying = i < liars && number / 2 % 2 == 0;
        unreadable_[order[i]]->lying = i < liars && number / 2 % 2 == 1;
    }
}

bool LiarsInsert::is_readable(std::size_t reader, const std::string& key, const Bytes& content) {
    const auto job = FileJob::get(cluster_, reader, key);
    world_.run_until([&] { return job.is_over(); }, kJobLimit);
    return job.outcome() && job.delivered() == content;
}

void LiarsInsert::one_file(std::size_t number) {
    const auto file = content(number);
    draw_liars(number);
    const auto inserter = options_.nodes, reader = options_.nodes + 1;
    const auto began = world_.now();
    const auto report = cluster_.insert(inserter, file, {}, kJobLimit);
    const auto took = in_seconds(world_.now() - began);
    if (!report) {
        ++out_.given_up;
        return say("file ", number, ", ", file.size(), " bytes: given up after ", took,
                   " s: ", report.error().text());
    }
    ++out_.succeeded;
    out_.bodies_asked += report->bodies_asked;
    out_.bodies_read += report->bodies_read;
    const bool readable = is_readable(reader, report->key, file);
    if (!readable) ++out_.false_successes;
    say("file ", number, ", ", file.size(), " bytes: in after ", took, " s, ", report->blocks_placed, " of ",
        report->blocks_wanted, " blocks, bodies read ", report->bodies_read, " of ", report->bodies_asked,
        ", ", report->vaults_failed, " vaults left out", readable ? "" : "; NOT READABLE");
}

LiarsInsertOutcome LiarsInsert::run() {
    if (!cluster_.settle(minutes(5))) out_.trouble = "the network was not ready in time";
    for (std::size_t number = 0; out_.trouble.empty() && number < options_.files; ++number) one_file(number);
    cluster_.close();
    return std::move(out_);
}

}  // namespace

LiarsInsertOutcome run_liars_insert(const LiarsInsertOptions& options) {
    LiarsInsert run(options);
    return run.run();
}

}  // namespace catacomb::sim
