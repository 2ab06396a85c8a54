using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Scenarios;

/// <summary>Nobody reads for a while: the log keeps it, the door does not notice, and it is worked off without a repetition.</summary>
[Collection(nameof(FaultLab))]
public sealed class BacklogTests(FaultLab lab)
{
    private static readonly string[] Consumers = [LabServices.Matcher, LabServices.Dispatcher, LabServices.Ledger];
    private static readonly (int Visits, int Rate) Size = FaultLab.IsFull ? (8_900, 300) : (670, 150);

    [Fact]
    public async Task A_backlog_is_worked_off_without_loss_or_repetition()
    {
        // Idle when stopped: no call is under way whose answer would come too late.
        await lab.Services.AreReadyAsync();
        lab.Services.Pause(Consumers);
        try
        {
            await using var load = lab.StartLoad(Size.Rate, Size.Visits);
            await load.EndAsync();   // every event was acked with nobody there to read it

            lab.Services.Continue(Consumers);
            await lab.ConcludeAsync(load, crashes: 0);
        }
        finally
        {
            lab.Services.Continue(Consumers);
        }
    }
}
