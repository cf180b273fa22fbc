package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelCalls.Work;
import io.tokenbroker.seal.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The world, the brokers, and what else may happen. Worlds and nodes are shared by all states that have them: to compare
 * them is to compare references.
 *
 * @param faults how many faults may come yet
 * @param events how many changes outside the brokers may come yet
 */
record ModelState(Shared world, List<Actor> actors, int faults, int events) {

    ModelState {
        actors = List.copyOf(actors);
    }

    @Override
    public int hashCode() {
        var hash = world.hashCode() * 31 + faults * 7 + events;
        for (var actor : actors) {
            hash = hash * 31 + actor.hashCode();
        }
        return hash;
    }

    static final class Shared {
        final ModelWorld world;

        Shared(ModelWorld world) {
            this.world = world;
        }
    }

    /**
     * A broker.
     *
     * @param works what it does yet, in this order
     * @param due an answer that is on its way to it
     * @param leases how often it has been given one, so that no two are of the same owner
     */
    record Actor(String name, List<Work> works, ModelNode node, Optional<Due> due, int leases) {

        Actor {
            works = List.copyOf(works);
        }

        @Override
        public int hashCode() {
            return (node.hashCode() * 31 + due.hashCode()) * 31 + works.size() * 7 + leases;
        }

        Actor at(ModelNode next) {
            return new Actor(name, works, next, Optional.empty(), leases);
        }

        Actor awaiting(Due answer) {
            return new Actor(name, works, node, Optional.of(answer), leases);
        }

        Actor leased() {
            return new Actor(name, works, node, due, leases + 1);
        }

        Actor begun() {
            return new Actor(name, works.subList(1, works.size()), node, due, leases);
        }

        /** The refresh token that it has got, or that is on its way to it, and that it has not stored. */
        Optional<Secret> holding() {
            return due.flatMap(Due::successor).or(() -> node.holding);
        }

        boolean isQuiet() {
            return node.isIdle() && due.isEmpty();
        }
    }

    /**
     * @param seconds how long its call has taken
     * @param successor the refresh token in it
     */
    record Due(Object value, int seconds, Optional<Secret> successor) {}

    ModelState with(Shared now, int index, Actor actor) {
        var changed = new ArrayList<>(actors);
        changed.set(index, actor);
        return new ModelState(now, changed, faults, events);
    }

    ModelState with(Shared now) {
        return new ModelState(now, actors, faults, events);
    }

    ModelState afterFault() {
        return new ModelState(world, actors, faults - 1, events);
    }

    ModelState afterEvent() {
        return new ModelState(world, actors, faults, events - 1);
    }

    boolean isQuiet() {
        return world.world.isUp() && actors.stream().allMatch(Actor::isQuiet);
    }
}
