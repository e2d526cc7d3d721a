package claimscrub.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import claimscrub.messages.claim.Claim;
import claimscrub.messages.decision.ClaimDecision;
import claimscrub.messages.latedocumentation.LateDocumentation;
import claimscrub.messages.outcome.Finding;
import claimscrub.messages.outcome.Outcome;
import claimscrub.messages.referenceupdate.ReferenceNotice;
import claimscrub.messages.shadowdifference.ShadowDifference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example is read and written again without a loss, as are members of a later release. */
class ExamplesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path EXAMPLES = Path.of(System.getProperty("examples"));
    // By the beginning of the file's name; a dead letter is the message that could not be read.
    private static final Map<String, Class<?>> TYPES = Map.of(
            "claim", Claim.class,
            "decision", ClaimDecision.class,
            "late", LateDocumentation.class,
            "outcome", Outcome.class,
            "reference", ReferenceNotice.class,
            "shadow", ShadowDifference.class);

    static Stream<Arguments> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files
                    .filter(file -> file.toString().endsWith(".json"))
                    .filter(file -> !file.endsWith("dead-letter.json"))
                    .map(file -> Arguments.of(file, TYPES.get(file.getFileName().toString().split("[-.]")[0])))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsReadAndWrittenAgainWithoutALoss(Path file, Class<?> type) throws IOException {
        JsonNode example = JSON.readTree(file.toFile());

        assertEquals(example, JSON.valueToTree(JSON.treeToValue(example, type)));
    }

    @Test
    void membersOfALaterReleaseAreKept() throws IOException {
        ObjectNode later = (ObjectNode) JSON.readTree(EXAMPLES.resolve("outcome-rejected.json").toFile());
        later.put("addedLater", 1);
        ((ObjectNode) later.get("findings").get(0)).putObject("addedLater").put("deep", true);

        Outcome read = JSON.treeToValue(later, Outcome.class);

        assertEquals(1, read.getAdditionalProperties().get("addedLater"));
        assertEquals(later, JSON.valueToTree(read));
    }

    @Test
    void findingsAreObjectsOfTheirOwn() throws IOException {
        Outcome read = JSON.readValue(EXAMPLES.resolve("outcome-rejected.json").toFile(), Outcome.class);

        Finding first = read.getFindings().get(0);

        assertEquals("rejected", read.getDisposition().value());
        assertFalse(first.getEdit().isEmpty());
        assertFalse(first.getCitation().getUrl().isEmpty());
        assertNull(read.getSupersedes());
    }

    @Test
    void theClaimOfAnOutcomeIsAClaim() throws IOException {
        Outcome read = JSON.readValue(EXAMPLES.resolve("outcome-scrubbed.json").toFile(), Outcome.class);

        Claim claim = JSON.convertValue(read.getClaim(), Claim.class);

        assertFalse(claim.getClaimInformation().getServiceLines().isEmpty());
        assertEquals(JSON.<JsonNode>valueToTree(read.getClaim()), JSON.valueToTree(claim));
    }

    @Test
    void noTextOfAMessageIsWhatALogShows() throws IOException {
        Claim claim = JSON.readValue(EXAMPLES.resolve("claim-clean.json").toFile(), Claim.class);

        assertFalse(claim.toString().contains(claim.getSubscriber().getMemberId()));
    }
}
