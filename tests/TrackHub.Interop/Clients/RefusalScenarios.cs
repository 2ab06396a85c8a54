namespace TrackHub.Interop.Clients;

/// <summary>What the broker does not offer is refused at once: the client's own time-outs do not run out, and its caller gets an error.</summary>
internal static class RefusalScenarios
{
    public static async Task IsRefusedATransactionAsync(ScenarioRun run) =>
        (await run.Client.BeginTransactionAsync()).ShouldNotBeNull().ShouldMatch("ransaction|coordinator");   // kafkajs keeps the broker's words to itself

    public static async Task IsRefusedANewGroupAsync(ScenarioRun run)
    {
        var topic = await run.CreateTopicAsync(1);

        (await run.Client.JoinNewGroupAsync(ScenarioRun.NewName("group"), topic)).ShouldNotBeNull().ShouldContain("support");
    }
}
