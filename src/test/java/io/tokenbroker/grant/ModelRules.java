package io.tokenbroker.grant;

import io.tokenbroker.grant.InMemoryGrantStore.Row;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelState.Actor;
import io.tokenbroker.grant.ModelWorld.Kind;
import io.tokenbroker.grant.ModelWorld.Over;
import io.tokenbroker.refresh.ModelMints.HandedOut;
import io.tokenbroker.seal.Secret;
import java.util.Optional;

/** What must never happen. Each rule says how it is broken, if it is. */
final class ModelRules {

    private ModelRules() {}

    /** I1: no user gets a token of another user or of a grant that ended. I3: nor one of an older sign-in. */
    static Optional<String> handedOut(ModelWorld world, ModelNode node) {
        for (var token : node.handedOut) {
            var broken = handedOut(world, token);
            if (broken.isPresent()) {
                return broken;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> handedOut(ModelWorld world, HandedOut token) {
        var parts = token.accessToken().reveal().split(":", -1);
        var user = parts[2].equals("X") ? ModelWorld.X : ModelWorld.Y;
        var family = parts[1].charAt(0) - '0';
        if (!user.equals(token.userId())) {
            return Optional.of("I1: an access token of another user is handed out: " + parts[1] + " of " + parts[2]);
        }
        if (world.families().get(family).end(user) == Over.FOR_LONGER_THAN_RECHECK_AFTER) {
            return Optional.of("I1: a token is handed out longer than recheck-after after its link ended: " + parts[1]);
        }
        if (world.families().get(family).superseded() == Over.FOR_LONGER_THAN_RECHECK_AFTER) {
            return Optional.of(
                    "I3: a token is handed out longer than recheck-after after a newer sign-in: " + parts[1]);
        }
        return Optional.empty();
    }

    /** I4: a token that works once is never sent while another answer for it is under way. */
    static Optional<String> sentTwice(ModelState state, int sender, Secret token) {
        var world = state.world().world;
        var family = ModelWorld.familyOf(token);
        if (world.kind() == Kind.REUSABLE || world.families().get(family).isExcused() || world.current() != family) {
            return Optional.empty();
        }
        for (var index = 0; index < state.actors().size(); index++) {
            var other = state.actors().get(index);
            if (index != sender
                    && other.due().isPresent()
                    && other.node().next instanceof Call.Send sent
                    && sent.token().equals(token)) {
                return Optional.of("I4: " + token.reveal() + " is sent while an answer for it is under way");
            }
        }
        return Optional.empty();
    }

    /** I2: a refresh token that works is known. I5: no account is marked although its token works. */
    static Optional<String> broken(ModelState state) {
        var world = state.world().world;
        var current = world.current();
        if (current < 0 || world.families().get(current).isExcused()) {
            return Optional.empty();
        }
        if (world.kind() != Kind.REUSABLE && !isKnown(state, current)) {
            return Optional.of("I2: no refresh token of sign-in " + current + " that works is known any more");
        }
        return world.row()
                .filter(row -> row.mark().isPresent()
                        && ModelWorld.familyOf(row.refreshToken()) == current
                        && world.works(row.refreshToken()))
                .map(row -> "I5: the account is marked although "
                        + row.refreshToken().reveal() + " works");
    }

    private static boolean isKnown(ModelState state, int family) {
        var world = state.world().world;
        var isHeld = state.actors().stream().map(Actor::holding).anyMatch(token -> works(world, family, token));
        if (isHeld) {
            return true;
        }
        var stored = world.row().map(Row::refreshToken);
        return stored.filter(token -> ModelWorld.familyOf(token) == family).isPresent()
                ? works(world, family, stored)
                : works(world, family, world.link().orElseThrow().token());
    }

    private static boolean works(ModelWorld world, int family, Optional<Secret> token) {
        return token.filter(one -> ModelWorld.familyOf(one) == family && world.works(one))
                .isPresent();
    }
}
