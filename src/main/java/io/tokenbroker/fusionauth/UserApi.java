package io.tokenbroker.fusionauth;

import io.fusionauth.domain.api.user.SearchRequest;
import io.fusionauth.domain.api.user.SearchResponse;
import io.fusionauth.domain.search.Sort;
import io.fusionauth.domain.search.SortField;
import io.fusionauth.domain.search.UserSearchCriteria;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * FusionAuth's users: one by id ({@code GET /api/user/{id}}), and all of the application by search
 * ({@code POST /api/user/search}). No query for one application works in both search engines, so the search reads all users
 * and leaves the others out. Blocks.
 */
@ApplicationScoped
public class UserApi {

    private static final int PAGE = 100;

    /** No user has this id: a key that may read users hears 404. */
    private static final UUID NO_USER = new UUID(0, 0);

    private final FusionAuthCalls calls;
    private final UUID applicationId;

    UserApi(FusionAuthCalls calls, BrokerSettings settings) {
        this.calls = calls;
        this.applicationId = settings.fusionauth().applicationId();
    }

    /**
     * Whether this user is active and registered for the application; an unknown one is not.
     *
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked, or not by this API key
     */
    public boolean isActive(UUID userId) {
        return calls.read(
                        FusionAuthCalls.API,
                        userId.toString(),
                        "GET /api/user",
                        Set.of(404),
                        api -> api.retrieveUser(userId))
                // A proxy's page in its place says nothing about the user.
                .map(body -> Optional.ofNullable(body.user).orElseThrow(() -> Failures.unusable(200, "GET /api/user")))
                .filter(user -> user.active && user.getRegistrationForApplication(applicationId) != null)
                .isPresent();
    }

    /** Whether this API key may read users, by FusionAuth's own 404 or 401; empty at any other answer, or none. */
    public Optional<Boolean> isReadable() {
        var response = calls.call("users", api -> api.retrieveUser(NO_USER));
        return Failures.isItsOwn(response) ? ofStatus(response.status) : Optional.empty();
    }

    private static Optional<Boolean> ofStatus(int status) {
        return switch (status) {
            case 404 -> Optional.of(true);
            case 401 -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /**
     * The next users from here on.
     *
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked, or not by this API key
     */
    public Page page(Position from) {
        return calls.read(
                        FusionAuthCalls.API,
                        "users",
                        "POST /api/user/search",
                        Set.of(),
                        api -> api.searchUsersByQuery(request(from)))
                .map(found -> page(from, found))
                .orElseThrow();
    }

    private static SearchRequest request(Position from) {
        var search = new UserSearchCriteria();
        search.queryString = "*";
        search.numberOfResults = PAGE;
        // Without an order Elasticsearch leaves some out (fusionauth-issues#2982); by id both engines can.
        search.sortFields = List.of(new SortField("id", Sort.asc));
        from.nextResults().ifPresentOrElse(token -> search.nextResults = token, () -> search.startRow = from.row());
        var request = new SearchRequest(search);
        request.expand = List.of("registrations");
        return request;
    }

    private Page page(Position from, SearchResponse body) {
        var found = Optional.ofNullable(body.users).orElse(List.of());
        var users = found.stream()
                .filter(user -> user.getRegistrationForApplication(applicationId) != null)
                .map(user -> user.id)
                .toList();
        var next = new Position(from.row() + found.size(), Optional.ofNullable(body.nextResults));
        return new Page(users, next, found.isEmpty());
    }

    /**
     * Where a page begins.
     *
     * @param row how many users come before it
     * @param nextResults how an engine that counts only so far names it
     */
    public record Position(int row, Optional<String> nextResults) {

        public static final Position FIRST = new Position(0, Optional.empty());
    }

    /**
     * @param users who of the users found is registered for the application
     * @param last whether no user was found
     */
    public record Page(List<UUID> users, Position next, boolean last) {

        public Page {
            users = List.copyOf(users);
        }
    }
}
