using TrackHub.Cli.Testing;

namespace TrackHub.Cli.Tests.Testing;

public sealed class TestRunTests
{
    private const string Trx =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
          <Results>
            <UnitTestResult testName="A.Works" outcome="Passed" />
            <UnitTestResult testName="A.Works_too" outcome="Passed" />
            <UnitTestResult testName="A.Waits" outcome="NotExecuted" />
            <UnitTestResult testName="A.Fails" outcome="Failed">
              <Output><ErrorInfo><Message>expected 1 but was 2</Message><StackTrace>at A.Fails() in A.cs:line 7</StackTrace></ErrorInfo></Output>
            </UnitTestResult>
          </Results>
          <ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"><Text>the host crashed</Text></RunInfo></RunInfos></ResultSummary>
        </TestRun>
        """;

    [Fact]
    public void Results_are_counted_and_failures_told()
    {
        var run = TestRun.Read("A.Tests", Trx, exitCode: 1, said: "");

        (run.Passed, run.Skipped).ShouldBe((2, 1));
        run.Failures.ShouldBe([new TestFailure("A.Fails", "expected 1 but was 2", "at A.Fails() in A.cs:line 7")]);
    }

    [Fact]
    public void A_run_that_failed_without_a_failed_test_is_a_failure()
    {
        var crashed = Trx.Replace("outcome=\"Failed\"", "outcome=\"Passed\"", StringComparison.Ordinal);

        var run = TestRun.Read("A.Tests", crashed, exitCode: 1, said: "");

        run.Failures.ShouldHaveSingleItem().Message.ShouldBe("the run ended with code 1: the host crashed");
    }

    [Fact]
    public void A_run_that_was_ended_is_a_failure_beside_those_of_its_tests_and_says_what_ran()
    {
        var ended = Trx.Replace("the host crashed", "The active test run was aborted. Reason: Test host process crashed", StringComparison.Ordinal);

        var run = TestRun.Read("A.Tests", ended, exitCode: 1, said: "The test running when the crash occurred: A.Hangs");

        run.Failures.Select(static failure => (failure.Name, failure.Stack)).ShouldBe(
            [("A.Fails", "at A.Fails() in A.cs:line 7"), ("A.Tests", "The test running when the crash occurred: A.Hangs")]);
    }

    [Fact]
    public void The_summary_adds_all_projects_up() =>
        TestCommand.Summary([TestRun.Read("A.Tests", Trx, 1, ""), TestRun.Read("B.Tests", Trx, 1, ""), TestRun.NotRun("C.Tests", "not built")])
            .ShouldBe("4 passed, 3 failed, 2 skipped");
}
