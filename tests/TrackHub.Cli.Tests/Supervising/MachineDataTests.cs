using TrackHub.Cli.Supervising;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Supervising;

public sealed class MachineDataTests
{
    private readonly MachineData _data = new(TestFolder.Next("data"));

    [Fact]
    public void Secrets_are_made_once_and_readable_by_their_owner_only()
    {
        _data.MakeSecrets();
        var (key, password) = (_data.MasterKey, _data.PostgresPassword);
        _data.MakeSecrets();

        (_data.MasterKey, _data.PostgresPassword).ShouldBe((key, password));
        Convert.FromBase64String(key!).Length.ShouldBe(32);
        Directory.EnumerateFiles(_data.Root).Select(File.GetUnixFileMode).ShouldAllBe(static mode => mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void A_running_system_is_found_until_it_is_forgotten()
    {
        var state = RunningSystem.Ours(9000, ready: true, [new("redis", "127.0.0.1:9006", Environment.ProcessId, 1)]);

        _data.WriteState(state);

        var read = _data.ReadState().ShouldNotBeNull();
        (read.ProcessId, read.PortBase, read.Ready).ShouldBe((Environment.ProcessId, 9000, true));
        read.Services.ShouldBe(state.Services);
        _data.ClearState();
        _data.ReadState().ShouldBeNull();
    }

    [Fact]
    public void A_process_id_that_another_process_has_now_is_not_the_system()
    {
        _data.WriteState(RunningSystem.Ours(9000, ready: true, []) with { StartedTicks = 1 });

        _data.ReadState().ShouldBeNull();
        _data.LastState().ShouldNotBeNull();
    }

    [Fact]
    public void Of_two_supervisors_one_has_the_directory()
    {
        using (_data.TryTake().ShouldNotBeNull()) _data.TryTake().ShouldBeNull();

        using var again = _data.TryTake().ShouldNotBeNull();
    }

    [Fact]
    public void The_demo_brand_is_kept_with_its_secrets()
    {
        var demo = new DemoBrand("0123456789ab", "px_1", "1000000000001", "thw_x", "ths_x", [new("kiwify", "con_1", "/webhooks/kiwify/p", "s")]);

        _data.WriteDemo(demo);

        _data.ReadDemo().ShouldNotBeNull().Connections.ShouldBe(demo.Connections);
        File.GetUnixFileMode(Path.Combine(_data.Root, "demo.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_damaged_file_is_named_with_its_remedy()
    {
        File.WriteAllText(Path.Combine(_data.Root, "demo.json"), "{ half");

        Should.Throw<CommandException>(() => _data.ReadDemo()).Message.ShouldContain("demo.json cannot be read");
    }
}
