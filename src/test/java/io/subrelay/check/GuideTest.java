package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/add-a-destination.md}, done word for word as far as {@code check}. */
class GuideTest {

    private static final String GUIDE = Planted.read(Path.of("docs/add-a-destination.md"));

    @TempDir
    Path folder;

    @Test
    void the_guide_leads_there() {
        List<String> blocks = Pattern.compile("```\\w*\\n(.*?)```", Pattern.DOTALL).matcher(GUIDE).results()
                .map((MatchResult block) -> block.group(1)).toList();
        Planted planted = new Planted(folder);
        String mistakes = block(blocks, "# The CRM:");
        planted.write("routes/destinations/crm.camel.yaml", mistakes);
        planted.write("application.properties", Planted.read(folder.resolve("application.properties"))
                + block(blocks, "# CRM"));
        assertThat(String.join("\n", planted.found()) + "\n3 faults\n")
                .isEqualTo(block(blocks, "routes/destinations/crm.camel.yaml:27"));

        planted.write("routes/destinations/crm.camel.yaml", mistakes.replace("atribute", "attribute")
                .replace("crm.tokn", "crm.token").replace("httpMethd", "httpMethod"));
        String renewal = block(blocks, "{\n  \"name\": \"A renewal");
        planted.write("routes/destinations/crm.tests/renewal.json", renewal);
        planted.write("routes/destinations/crm.tests/expiration.json",
                block(blocks, "{\n  \"given\": {\n    \"events\""));
        assertThat(String.join("\n", planted.found()) + "\n1 fault\n")
                .isEqualTo(block(blocks, "routes/destinations/crm.tests/"));

        planted.write("routes/destinations/crm.tests/renewal.json", renewal.replace("pro_yearly", "pro_monthly"));
        planted.write("routes/try.camel.yaml", block(blocks, "# For trying only"));
        assertThat(planted.found()).isEmpty();

        String route = Planted.read(folder.resolve("routes/destinations/crm.camel.yaml"));
        String otherwise = "            otherwise:\n";
        planted.write("routes/destinations/crm.camel.yaml", block(blocks, "- onException:") + "\n"
                + route.replace(otherwise, block(blocks, "                  - validate:") + otherwise));
        assertThat(planted.found()).isEmpty();
        planted.write("routes/destinations/crm.camel.yaml", route);

        planted.write("routes/destinations/crm.camel.yaml",
                Planted.read(folder.resolve("routes/destinations/crm.camel.yaml")).replace("text: \"\\(", "txt \"\\("));
        assertThat(block(blocks, "routes/destinations/crm.camel.yaml:28")).startsWith(planted.found().get(0));
    }

    private static String block(List<String> blocks, String beginning) {
        return blocks.stream().filter(block -> block.startsWith(beginning)).findFirst().orElseThrow();
    }
}
