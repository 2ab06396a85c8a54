namespace TrackHub.LocalKafka.Tests.Registry;

/// <summary>Deleting in two steps, and what is left of it after a restart and after kill -9.</summary>
public sealed class RegistryDeletionTests : RegistryTest
{
    private static readonly HttpMethod Delete = HttpMethod.Delete;

    [Fact]
    public async Task A_deleted_version_is_hidden_but_its_id_is_still_read()
    {
        await RegisterThreeAsync("a-value");

        (await Registry.DeleteAsync("/subjects/a-value/versions/2")).ShouldBe("2");
        await RestartAsync();

        (await Registry.GetAsync("/subjects/a-value/versions")).ShouldBe("[1,3]");
        (await Registry.GetAsync("/subjects/a-value/versions?deleted=true")).ShouldBe("[1,2,3]");
        (await Registry.GetAsync("/subjects/a-value/versions?deletedOnly=true")).ShouldBe("[2]");
        (await Registry.RefusalAsync(HttpMethod.Get, "/subjects/a-value/versions/2")).ShouldBe(40402);
        (await Registry.GetAsync("/subjects/a-value/versions/2?deleted=true")).ShouldContain("\"id\":2");
        (await Registry.GetAsync("/schemas/ids/2/schema")).ShouldBe("\"long\"");
        (await Registry.GetAsync("/schemas/ids/2/versions")).ShouldBe("[]");
        (await Registry.GetAsync("/schemas/ids/2/versions?deleted=true")).ShouldBe("""[{"subject":"a-value","version":2}]""");
        (await Registry.RefusalAsync(HttpMethod.Post, "/subjects/a-value", RegistryCaller.SchemaBody("\"long\""))).ShouldBe(40403);
        (await Registry.PostAsync("/subjects/a-value?deleted=true", "\"long\"")).ShouldContain("\"version\":2");
    }

    [Fact]
    public async Task The_latest_is_the_newest_that_is_not_deleted()
    {
        await RegisterThreeAsync("a-value");

        (await Registry.DeleteAsync("/subjects/a-value/versions/latest")).ShouldBe("3");

        (await Registry.GetAsync("/subjects/a-value/versions/latest")).ShouldContain("\"version\":2");
    }

    [Fact]
    public async Task A_deleted_schema_comes_back_under_its_id_as_a_new_version()
    {
        await RegisterThreeAsync("a-value");
        await Registry.DeleteAsync("/subjects/a-value/versions/1");

        (await Registry.RegisterAsync("a-value", "\"int\"")).ShouldBe(1);

        (await Registry.GetAsync("/subjects/a-value/versions?deleted=true")).ShouldBe("[2,3,4]");
    }

    [Fact]
    public async Task A_subject_is_deleted_softly_then_for_good_and_its_ids_are_not_given_again()
    {
        await RegisterThreeAsync("a-value");
        await Registry.RegisterAsync("b-value", "\"int\"");
        await Registry.SetLevelAsync("a-value", "NONE");

        (await Registry.DeleteAsync("/subjects/a-value")).ShouldBe("[1,2,3]");
        (await Registry.GetAsync("/subjects")).ShouldBe("""["b-value"]""");
        (await Registry.GetAsync("/subjects?deleted=true")).ShouldBe("""["a-value","b-value"]""");
        (await Registry.GetAsync("/subjects?deletedOnly=true")).ShouldBe("""["a-value"]""");
        (await Registry.RefusalAsync(HttpMethod.Get, "/subjects/a-value/versions")).ShouldBe(40401);
        (await Registry.GetAsync("/schemas/ids/2/schema")).ShouldBe("\"long\"");

        (await Registry.DeleteAsync("/subjects/a-value?permanent=true")).ShouldBe("[1,2,3]");
        await RestartAsync();

        (await Registry.GetAsync("/subjects?deleted=true")).ShouldBe("""["b-value"]""");
        (await Registry.GetAsync("/schemas/ids/1/schema")).ShouldBe("\"int\"");
        (await Registry.RefusalAsync(HttpMethod.Get, "/schemas/ids/2")).ShouldBe(40403);
        (await Registry.RefusalAsync(HttpMethod.Get, "/config/a-value")).ShouldBe(40408);
        (await Registry.RegisterAsync("a-value", "\"long\"")).ShouldBe(4);
        (await Registry.GetAsync("/subjects/a-value/versions")).ShouldBe("[1]");
    }

    [Fact]
    public async Task A_version_is_deleted_for_good_after_it_was_softly()
    {
        await RegisterThreeAsync("a-value");
        await Registry.DeleteAsync("/subjects/a-value/versions/2");

        (await Registry.DeleteAsync("/subjects/a-value/versions/2?permanent=true")).ShouldBe("2");

        (await Registry.GetAsync("/subjects/a-value/versions?deleted=true")).ShouldBe("[1,3]");
        (await Registry.RefusalAsync(HttpMethod.Get, "/schemas/ids/2")).ShouldBe(40403);
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused_with_confluents_codes()
    {
        await RegisterThreeAsync("a-value");

        (await Registry.RefusalAsync(Delete, "/subjects/nobody")).ShouldBe(40401);
        (await Registry.RefusalAsync(Delete, "/subjects/nobody/versions/1")).ShouldBe(40401);
        (await Registry.RefusalAsync(Delete, "/subjects/a-value/versions/9")).ShouldBe(40402);
        (await Registry.RefusalAsync(Delete, "/subjects/a-value/versions/nine")).ShouldBe(42202);
        (await Registry.RefusalAsync(Delete, "/subjects/a-value?permanent=true")).ShouldBe(40405);
        (await Registry.RefusalAsync(Delete, "/subjects/a-value/versions/1?permanent=true")).ShouldBe(40407);
        await Registry.DeleteAsync("/subjects/a-value/versions/1");
        (await Registry.RefusalAsync(Delete, "/subjects/a-value/versions/1")).ShouldBe(40406);
        await Registry.DeleteAsync("/subjects/a-value");
        (await Registry.RefusalAsync(Delete, "/subjects/a-value")).ShouldBe(40404);
    }

    [Fact]
    public async Task Deleted_versions_and_levels_survive_kill_9()
    {
        var directory = Directory.CreateTempSubdirectory("registry-kill-").FullName;
        try
        {
            using (var broker = await BrokerProcess.StartAsync(directory, port: 0))
            {
                using var registry = new RegistryCaller(broker.Registry);
                await registry.SetLevelAsync("a-value", "FORWARD");
                await registry.RegisterAsync("a-value", "\"int\"");
                await registry.RegisterAsync("b-value", "\"long\"");
                await registry.DeleteAsync("/subjects/a-value");
                await broker.KillAsync();
            }

            using var again = await BrokerProcess.StartAsync(directory, port: 0);
            using var after = new RegistryCaller(again.Registry);
            (await after.GetAsync("/subjects")).ShouldBe("""["b-value"]""");
            (await after.GetAsync("/subjects/a-value/versions?deleted=true")).ShouldBe("[1]");
            (await after.GetAsync("/config/a-value")).ShouldBe("""{"compatibilityLevel":"FORWARD"}""");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task RegisterThreeAsync(string subject)
    {
        await Registry.SetLevelAsync(null, "NONE");
        foreach (var schema in (string[])["\"int\"", "\"long\"", "\"string\""])
            await Registry.RegisterAsync(subject, schema);
    }
}
