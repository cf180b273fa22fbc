package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelSetup.Event;
import io.tokenbroker.grant.ModelSetup.Fault;
import io.tokenbroker.grant.ModelSteps.Step;
import io.tokenbroker.grant.ModelWorld.Family;
import io.tokenbroker.grant.ModelWorld.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What can happen next that no broker does: changes in FusionAuth, time that passes, a store that goes away. */
final class ModelEvents {

    private final ModelSetup setup;
    private final ModelSteps steps;

    ModelEvents(ModelSetup setup, ModelSteps steps) {
        this.setup = setup;
        this.steps = steps;
    }

    List<Step> of(ModelState state) {
        var found = new ArrayList<Step>();
        addEvents(state, found);
        addTime(state, found);
        addFaults(state, found);
        return found;
    }

    private void addEvents(ModelState state, List<Step> found) {
        if (state.events() == 0) {
            return;
        }
        var link = state.world().world.link();
        addEvent(
                Event.SIGN_IN,
                link.isPresent(),
                "the person signs in again elsewhere",
                state,
                found,
                world -> world.signedIn(ModelWorld.X));
        addEvent(
                Event.CLEAR,
                link.filter(now -> now.token().isPresent()).isPresent(),
                "a login clears the link's token",
                state,
                found,
                ModelWorld::cleared);
        addEvent(
                Event.UNLINK,
                link.isPresent(),
                "the link is removed in FusionAuth",
                state,
                found,
                ModelWorld::unlinked);
        addEvent(
                Event.RELINK_X,
                link.isEmpty(),
                "X links the account",
                state,
                found,
                world -> world.signedIn(ModelWorld.X));
        addEvent(
                Event.RELINK_Y,
                link.isEmpty(),
                "Y links the account",
                state,
                found,
                world -> world.signedIn(ModelWorld.Y));
        addEvent(
                Event.MOVE,
                link.filter(now -> now.userId().equals(ModelWorld.X)).isPresent(),
                "the link is moved to Y with its token",
                state,
                found,
                ModelWorld::moved);
    }

    private void addEvent(
            Event event,
            boolean can,
            String what,
            ModelState state,
            List<Step> found,
            UnaryOperator<ModelWorld> change) {
        if (can && setup.events().contains(event)) {
            found.add(new Step(
                    what,
                    state.with(steps.shared(change.apply(state.world().world))).afterEvent()));
        }
    }

    private void addTime(ModelState state, List<Step> found) {
        var world = state.world().world;
        if (world.rechecks() < setup.rechecks()) {
            found.add(new Step("recheck-after passes", state.with(steps.shared(world.rechecked()))));
        }
        if (world.expiries() < setup.expiries()) {
            found.add(new Step("access tokens expire", state.with(steps.shared(world.expired()))));
        }
        for (var family = 0;
                setup.kind() == Kind.GRACE && family < world.families().size();
                family++) {
            if (world.families().get(family).hasGrace() && !isSentAgain(state, family)) {
                found.add(new Step(
                        "the grace window of sign-in " + family + " ends",
                        state.with(steps.shared(world.family(family, Family::withoutGrace)))));
            }
        }
        world.runningLease().ifPresent(lease -> {
            var isHeld =
                    state.actors().stream().anyMatch(actor -> actor.node().lease.equals(Optional.of(lease.owner())));
            if (!isHeld) {
                found.add(new Step("the lease expires", state.with(steps.shared(world.leaseExpired()))));
            } else if (setup.may(Fault.HOLDER_PAUSED, state)) {
                var expired = state.with(steps.shared(world.leaseExpired())).afterFault();
                found.add(new Step(
                        "the lease expires while its holder is stopped",
                        steps.excused(expired, world.row().orElseThrow().refreshToken())));
            }
        });
        if (!world.isUp()) {
            found.add(new Step("the store is back", state.with(steps.shared(world.store(true, setup.isHasty())))));
        }
        // A broker that holds a token in its memory tries to store it each second.
        if (world.isUp()
                && !world.isSettled()
                && state.actors().stream().noneMatch(actor -> actor.node().hasUnstored)) {
            found.add(new Step("the store has answered for 10 s", state.with(steps.shared(world.store(true, true)))));
        }
    }

    private static boolean isSentAgain(ModelState state, int family) {
        return state.actors().stream()
                .anyMatch(actor -> actor.node()
                        .unanswered
                        .filter(token -> ModelWorld.familyOf(token) == family)
                        .isPresent());
    }

    private void addFaults(ModelState state, List<Step> found) {
        var world = state.world().world;
        if (world.isUp() && setup.may(Fault.STORE_DOWN, state)) {
            found.add(new Step(
                    "the store goes away",
                    state.with(steps.shared(world.store(false, false))).afterFault()));
        }
    }
}
