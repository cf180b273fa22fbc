package io.tokenbroker.grant;

import io.tokenbroker.account.ModelAccounts;
import io.tokenbroker.fusionauth.ModelLinkApi;
import io.tokenbroker.grant.ModelCalls.Answered;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelCalls.Looked;
import io.tokenbroker.grant.ModelCalls.Now;
import io.tokenbroker.grant.ModelCalls.Pending;
import io.tokenbroker.grant.ModelWorld.Kind;
import io.tokenbroker.link.ModelLinks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.refresh.ModelMints;
import io.tokenbroker.refresh.ModelMints.HandedOut;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.ModelTenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * A broker that was answered so far, once for all states that have it, and what it asks next. Its parts are those of
 * production.
 */
final class ModelNode {

    private static final BrokerSettings SETTINGS = ModelLinks.settings(Duration.ofSeconds(30));
    private static final String RESOURCE = "https://resource.example";

    private final List<Answered> log;
    private final Map<Answered, ModelNode> longer = new HashMap<>();

    /** What it asks. */
    final Call next;

    /** The refresh token that it got and has neither stored nor dropped. */
    final Optional<Secret> holding;

    /** The owner of the lease under which it works. */
    final Optional<String> lease;

    final Optional<Looked> looked;

    /** Whether a token waits in its memory for the store. */
    final boolean hasUnstored;

    /** The refresh token that it has sent without an answer, and may send once more. */
    final Optional<Secret> unanswered;

    /** What it has handed out since its last call was answered. */
    final List<HandedOut> handedOut;

    /** What it knows of the time. */
    final Now now;

    ModelNode(
            List<Answered> log,
            Call next,
            Optional<Secret> holding,
            Optional<String> lease,
            Optional<Looked> looked,
            boolean hasUnstored,
            Optional<Secret> unanswered,
            List<HandedOut> handedOut,
            Now now) {
        this.log = log;
        this.next = next;
        this.holding = holding;
        this.lease = lease;
        this.looked = looked;
        this.hasUnstored = hasUnstored;
        this.unanswered = unanswered;
        this.handedOut = List.copyOf(handedOut);
        this.now = now;
    }

    /** A broker that has just started. */
    static ModelNode started(Kind kind) {
        return run(kind, List.of());
    }

    ModelNode answered(Kind kind, Answered answer) {
        return longer.computeIfAbsent(answer, one -> {
            var more = new ArrayList<>(log);
            more.add(one);
            return run(kind, more);
        });
    }

    boolean isIdle() {
        return next instanceof Call.Idle;
    }

    boolean hasJustStarted() {
        return log.isEmpty();
    }

    private static ModelNode run(Kind kind, List<Answered> log) {
        var calls = new ModelCalls(log);
        try {
            run(kind, calls);
            throw new IllegalStateException("A broker never ends");
        } catch (Pending pending) {
            return calls.node();
        } catch (CompletionException shared) {
            if (shared.getCause() instanceof Pending) {
                return calls.node();
            }
            throw shared;
        }
    }

    private static void run(Kind kind, ModelCalls calls) {
        var unstored = new UnstoredTokens(calls, calls, calls::pause);
        var grants = new Grants(calls, unstored, calls::ticks);
        var fusionAuth = new ModelLinkApi(calls::find, calls::delete);
        var links = ModelLinks.rememberedLinks(fusionAuth, grants, SETTINGS, calls);
        var accounts = ModelAccounts.accounts(fusionAuth, links, grants);
        var unlinking = ModelAccounts.unlinking(accounts, fusionAuth, links, grants);
        var tenant = ModelTenant.refreshGrants(calls::send, calls::pause);
        var provider = ModelMints.provider(
                ModelWorld.PROVIDER, kind == Kind.REUSABLE ? Rotation.REUSABLE : Rotation.SINGLE_USE);
        var mints = new ModelMints(grants, tenant, links, provider, calls, calls::ticks, calls::await);
        while (true) {
            var work = calls.idle(unstored.size() > 0);
            try {
                switch (work) {
                    case MINT ->
                        mints.mint(ModelWorld.ACCOUNT, RESOURCE, calls::isAlive).ifPresent(calls::handOut);
                    case COMPLETE -> calls.signIn().ifPresent(accounts::authorized);
                    case UNLINK -> unlinking.accept(ModelWorld.X, ModelWorld.ACCOUNT);
                    case RETRY -> unstored.storeAll();
                }
            } catch (BrokerException refused) {
                // The caller's answer.
            }
        }
    }
}
