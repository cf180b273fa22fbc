package io.tokenbroker.sandbox.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import io.fusionauth.domain.api.user.SearchRequest;
import io.fusionauth.domain.api.user.SearchResponse;
import io.fusionauth.domain.search.SortField;
import io.fusionauth.domain.search.UserSearchCriteria;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FusionAuthUserSearchTest {

    private final World world = new World();

    @BeforeEach
    void fiveUsers() {
        IntStream.range(0, 3).forEach(i -> world.fusionAuth.addUser(i + "@example.com", "Person " + i));
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void theDatabaseCountsRows() {
        var first = search(page -> {});
        var second = search(page -> page.startRow = 2);
        var beyond = search(page -> page.startRow = 5);

        assertThat(first.users).hasSize(2);
        assertThat(first.total).isEqualTo(5);
        assertThat(first.nextResults).isNull();
        assertThat(second.users).doesNotContainAnyElementsOf(first.users);
        assertThat(beyond.users).isEmpty();
    }

    @Test
    void elasticsearchSaysWhereTheNextPageBegins() {
        world.fusionAuth.switches().set(Unknown.SearchEngine.ELASTICSEARCH);

        var first = search(page -> {});
        var second = search(page -> page.nextResults = first.nextResults);

        assertThat(second.users).hasSize(2).doesNotContainAnyElementsOf(first.users);
        assertThat(status(page -> page.startRow = 9_999)).isEqualTo(400);
    }

    @Test
    void aSearchNeedsItsPermissionATermAndAnOrderThatThereIs() {
        world.fusionAuth.addApiKey(new ApiKey("no-search", null, Map.of(FusionAuthUserApi.PATH, Set.of("GET"))));

        assertThat(world.client("no-search").searchUsersByQuery(request(page -> {})).status)
                .isEqualTo(401);
        assertThat(status(page -> page.queryString = null)).isEqualTo(400);
        assertThat(status(page -> page.sortFields = List.of(new SortField("shoeSize"))))
                .isEqualTo(400);
        assertThat(search(page -> page.queryString = "1@example.com").users)
                .singleElement()
                .satisfies(user -> assertThat(user.getRegistrationForApplication(FusionAuthStandIn.APPLICATION_ID))
                        .isNotNull());
    }

    private SearchResponse search(Consumer<UserSearchCriteria> change) {
        return world.client(FusionAuthStandIn.DISCOVERY_API_KEY).searchUsersByQuery(request(change)).successResponse;
    }

    private int status(Consumer<UserSearchCriteria> change) {
        return world.client(FusionAuthStandIn.DISCOVERY_API_KEY).searchUsersByQuery(request(change)).status;
    }

    private static SearchRequest request(Consumer<UserSearchCriteria> change) {
        var search = new UserSearchCriteria();
        search.queryString = "*";
        search.numberOfResults = 2;
        search.sortFields = List.of(new SortField("id"));
        change.accept(search);
        return new SearchRequest(search);
    }
}
