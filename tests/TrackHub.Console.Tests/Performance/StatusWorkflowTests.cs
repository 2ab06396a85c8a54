using TrackHub.ConsoleApi.Performance.Anomalies;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleTests.Performance;

public sealed class StatusWorkflowTests
{
    [Fact]
    public void Nothing_becomes_new_again_and_nothing_is_a_dead_end()
    {
        foreach (var status in Enum.GetValues<AnomalyStatus>())
        {
            StatusWorkflow.After(status).ShouldNotContain(AnomalyStatus.New);
            StatusWorkflow.After(status).ShouldNotContain(status);
            StatusWorkflow.After(status).ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData("new", "investigating resolved ignored")]
    [InlineData("investigating", "resolved ignored")]
    [InlineData("ignored", "investigating resolved")]
    [InlineData("resolved", "investigating")]
    public void Each_status_is_followed_by_these(string status, string after) =>
        string.Join(' ', StatusWorkflow.After(ContractText<AnomalyStatus>.Parse(status)).Select(ContractText<AnomalyStatus>.Of)).ShouldBe(after);
}
