using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrackHub.Cli.Supervising;

/// <summary>The directory that holds a machine's state (<c>--data</c>): stores, logs, secrets of the first start.</summary>
/// <param name="Root">Absolute path.</param>
internal sealed record MachineData(string Root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The machine's master key; null before its first start.</summary>
    public string? MasterKey => ReadSecret("master.key");

    /// <summary>Password of its PostgreSQL's owner; null before its first start.</summary>
    public string? PostgresPassword => ReadSecret("postgres.password");

    /// <summary>Password its roles connect with; null before its first start.</summary>
    public string? WriterPassword => ReadSecret("postgres-writer.password");

    /// <summary>Password its console connects with; null before its first start.</summary>
    public string? ConsolePassword => ReadSecret("postgres-console.password");

    private string StateFile => Path.Combine(Root, "up.json");

    private string DemoFile => Path.Combine(Root, "demo.json");

    /// <summary>A directory below the root, made if need be.</summary>
    public string Directory(string name) => System.IO.Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    /// <summary>The log of a service.</summary>
    public string LogFile(string service) => Path.Combine(Directory("logs"), service + ".log");

    /// <summary>Makes the machine's own secrets, once; readable by their owner only.</summary>
    public void MakeSecrets()
    {
        MakeSecret("master.key", Platform.Tenants.MasterKey.NewText);
        MakeSecret("postgres.password", NewPassword);
        MakeSecret("postgres-writer.password", NewPassword);
        MakeSecret("postgres-console.password", NewPassword);

        static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);
    }

    /// <summary>Takes the machine for one supervisor.</summary>
    /// <returns>What holds it until disposed or until the process ends, however it ends; null if another one has it.</returns>
    public IDisposable? TryTake()
    {
        try
        {
            return new FileStream(Path.Combine(System.IO.Directory.CreateDirectory(Root).FullName, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Says who runs the system, for <c>status</c>, <c>down</c> and every command beside it.</summary>
    public void WriteState(RunningSystem state) => Write(StateFile, JsonSerializer.Serialize(state, StateJson.Default.RunningSystem), OwnerOnly);

    /// <summary>The system that runs on this directory, or null.</summary>
    public RunningSystem? ReadState() => LastState() is { IsAlive: true } state ? state : null;

    /// <summary>The system that runs or last ran here and was not stopped in order.</summary>
    public RunningSystem? LastState() => Read(StateFile, StateJson.Default.RunningSystem);

    /// <summary>Forgets the running system.</summary>
    public void ClearState() => File.Delete(StateFile);

    /// <summary>Remembers the demo brand's keys and secrets, readable by the owner only.</summary>
    public void WriteDemo(DemoBrand demo) => Write(DemoFile, JsonSerializer.Serialize(demo, StateJson.Default.DemoBrand), OwnerOnly);

    /// <summary>What the first start made for <c>demo</c>; null where none was made on this machine.</summary>
    public DemoBrand? ReadDemo() => Read(DemoFile, StateJson.Default.DemoBrand);

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), type);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException fault)
        {
            throw new CommandException($"{path} cannot be read ({fault.Message}); remove it, the next `trackhub up` makes it anew.");
        }
    }

    /// <summary>Whole or not at all, whoever reads meanwhile.</summary>
    private static void Write(string path, string text, UnixFileMode mode)
    {
        var half = path + ".new";
        File.Delete(half);
        using (var stream = new FileStream(half, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(half, path, overwrite: true);
    }

    private string? ReadSecret(string name) => Path.Combine(Root, name) is var path && File.Exists(path) ? File.ReadAllText(path).Trim() : null;

    private void MakeSecret(string name, Func<string> make)
    {
        if (ReadSecret(name) is null) Write(Path.Combine(System.IO.Directory.CreateDirectory(Root).FullName, name), make(), OwnerOnly);
    }
}
