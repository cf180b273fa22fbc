package io.tokenbroker.audit;

import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.AuditEvent.Owned;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers.RefusalListener;
import io.tokenbroker.problem.ProblemType;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Tells of the refusals that leave the broker, but for those of mints, which have been told of with what was asked. */
@Singleton
class Refusals implements RefusalListener {

    private static final String ACCOUNTS = "/accounts/";

    private final AuditLog audit;

    Refusals(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public void refused(RoutingContext request, BrokerException refusal) {
        var origin = Origin.of(request);
        if (!origin.isFirstToTell()) {
            return;
        }
        var caller = Caller.in(request);
        var actor = caller.map(Actor::of).orElse(Actor.UNKNOWN);
        var outcome = refusal.type().code();
        var path = String.valueOf(request.request().path());
        var action = action(request.request().method(), path);
        if (caller.isPresent() && refusal.type() == ProblemType.RATE_LIMITED) {
            audit.sum(Deed.of(action, actor, Optional.empty(), origin.door(), outcome));
        } else {
            // What a stranger names is no account that is worth a line.
            var named = caller.flatMap(known -> account(path));
            audit.refused(Deed.of(action, actor, named, origin.door(), outcome), origin);
        }
    }

    private static Action action(HttpMethod method, String path) {
        if (path.matches(".*/tokens?/?")) {
            return Action.MINT;
        }
        if (method.equals(HttpMethod.DELETE)) {
            return Action.UNLINK;
        }
        return switch (path.replaceFirst("/$", "")) {
            case "/authorizations/start" -> Action.START;
            case "/authorizations/complete" -> Action.LINK;
            case "/authorizations/resolve" -> Action.RESOLVE;
            default -> Action.READ;
        };
    }

    /** The account in the path, be it one or not: its owner is not looked up for a refusal. */
    private static Optional<Owned> account(String path) {
        return Optional.of(path)
                .filter(text -> text.startsWith(ACCOUNTS))
                .map(text -> text.substring(ACCOUNTS.length()).split("/", 2)[0])
                .flatMap(AccountId::parse)
                .map(id -> new Owned(id, Optional.empty()));
    }
}
