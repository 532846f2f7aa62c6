// One exchange of gossip (docs/spec/membership.md 3): two views are made alike by messages, whichever way
// they travel: over a link, or through a circuit to a relay that must not know who asks.
#pragma once

#include "routing/membership/intake.hpp"
#include "routing/membership/reconcile.hpp"

namespace catacomb::routing {

// Carries an encoded GossipRequest to the other side and brings its encoded GossipAnswer.
using AskForGossip = std::function<Task<Result<Bytes>>(Bytes request)>;

// `with` is a witness of all that it holds as we do. `push`: tell it what it lacks. How many entries either
// side lacked, as far as one message can name them. All outlive it.
Task<Result<std::size_t>> exchange_views(View& view, Intake& intake, NodeId with, AskForGossip ask,
                                         bool push);

}  // namespace catacomb::routing
