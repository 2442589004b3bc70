package io.subrelay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which packages may know which. */
class PackagesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.subrelay");

    @Test
    void dependOnEachOtherWithoutCycles() {
        slices().matching("io.subrelay.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** What puts the runner together is known to nobody. */
    @Test
    void knowNothingOfTheOneThatStartsThem() {
        noClasses().that().resideInAPackage("io.subrelay.*..")
                .should().dependOnClassesThat().resideInAPackage("io.subrelay").check(CLASSES);
    }

    /** Everybody speaks of events, deliveries and their results, which know nobody. */
    @Test
    void restOnTheEvent() {
        classes().that().resideInAPackage("io.subrelay.event").should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.subrelay.event", "java..", "com.fasterxml.jackson..").check(CLASSES);
    }
}
