package io.tokenbroker.fusionauth;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.settings.CacheBudget;
import jakarta.enterprise.inject.Vetoed;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** FusionAuth's links as a model tells them. */
@Vetoed
public final class ModelLinkApi extends LinkApi {

    private final BiFunction<UUID, String, Optional<Link>> find;
    private final Consumer<Link> delete;

    @SuppressWarnings("NullAway") // no call goes out
    public ModelLinkApi(BiFunction<UUID, String, Optional<Link>> find, Consumer<Link> delete) {
        super(null, new CacheBudget(16 << 20, new SimpleMeterRegistry()));
        this.find = find;
        this.delete = delete;
    }

    @Override
    public Optional<Link> find(UUID providerId, String identity) {
        return find.apply(providerId, identity);
    }

    /** The model has one account. */
    @Override
    public List<Link> ofUser(UUID userId) {
        return find.apply(new UUID(0, 0), "").filter(link -> link.userId().equals(userId)).stream()
                .toList();
    }

    @Override
    public void delete(Link link) {
        delete.accept(link);
    }
}
