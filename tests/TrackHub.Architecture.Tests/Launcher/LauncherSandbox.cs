using System.Diagnostics;

namespace TrackHub.Architecture.Tests.Launcher;

/// <summary>How a call of the launcher ended.</summary>
internal sealed record LauncherExit(int Code, string Output, string Messages);

/// <summary>
/// The launcher in a folder of its own, with a dotnet, dpkg-query and sudo that only write down what they are asked. The package
/// installation is replaced as well: no test changes the machine.
/// </summary>
internal sealed class LauncherSandbox : IDisposable
{
    private const string Dotnet = """
        #!/usr/bin/env bash
        echo "$*" >>"$SANDBOX/calls"
        case "$1" in
          --list-sdks) echo "${SDKS:-10.0.100 [/sdk]}" ;;
          build)
            if [[ -n "${BLOCK:-}" ]]; then echo $$ >"$SANDBOX/building"; read -r _ <"$SANDBOX/gate"; fi
            if [[ -n "${BREAK:-}" ]]; then echo "a.cs(1,1): error"; exit 1; fi
            mkdir -p "$SANDBOX/deploy/TrackHub.Cli/bin/Release/net10.0"
            : >"$SANDBOX/deploy/TrackHub.Cli/bin/Release/net10.0/TrackHub.Cli.dll" ;;
          *.dll) echo "pid $$" ;;
        esac
        """;

    private const string DpkgQuery = """
        #!/usr/bin/env bash
        shift 3
        for name; do [[ " ${MISSING:-} " == *" $name "* ]] || echo "installed $name"; done
        """;

    private const string Sudo = """
        #!/usr/bin/env bash
        [[ "$1" == -n ]] || exec "$@"
        """;

    private const string Install = """
        echo "install $*" >>"$SANDBOX/calls"
        for name; do
          case "$name" in
            nodejs) mv "$SANDBOX/apart/node" "$SANDBOX/fakes/" ;;
            npm) mv "$SANDBOX/apart/npm" "$SANDBOX/fakes/" ;;
          esac
        done
        """;

    // The tests' own Node.js answers, so that what it is asked is asked rightly.
    private static readonly string Node = $$"""
        #!/usr/bin/env bash
        if [[ -n "${OLD_NODE:-}" ]]; then exit 1; fi
        PATH='{{Environment.GetEnvironmentVariable("PATH")}}' exec node "$@"
        """;

    private const string Npm = """
        #!/usr/bin/env bash
        echo "npm $* in ${PWD#"$SANDBOX/"}" >>"$SANDBOX/calls"
        rm -rf node_modules
        if [[ -n "${BREAK_NPM:-}" ]]; then echo "npm error 404"; exit 1; fi
        mkdir node_modules
        """;

    public LauncherSandbox()
    {
        Root = Directory.CreateTempSubdirectory("trackhub-launcher-").FullName;
        foreach (var path in Repository.Files.Where(static p => p is "trackhub" || p.StartsWith("deploy/launcher/", StringComparison.Ordinal)))
            Write(path, Repository.Read(path));
        Write("deploy/launcher/install-packages.sh", Install);
        Write("deploy/TrackHub.Cli/TrackHub.Cli.csproj", "<Project />");
        Write("deploy/TrackHub.Cli/Program.cs", "return 0;");
        Write("tests/TrackHub.Cli.Tests/TrackHub.Cli.Tests.csproj", "<Project />");
        Write("Directory.Packages.props", """<PackageVersion Include="Confluent.Kafka" Version="1.0.0" />""");
        Write(".packages/librdkafka.redist.1.0.0.nupkg", "");
        Write("fakes/dotnet", Dotnet);
        Write("fakes/dpkg-query", DpkgQuery);
        Write("fakes/sudo", Sudo);
        Write("fakes/node", Node);
        Write("fakes/npm", Npm);
        LinkTools();
    }

    public string Root { get; }

    /// <summary>What dotnet and the package installation were asked, in order.</summary>
    public IReadOnlyList<string> Calls => File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : [];

    public IEnumerable<string> Installations => Calls.Where(static call => call.StartsWith("install", StringComparison.Ordinal));

    public IEnumerable<string> Builds => Calls.Where(static call => call.StartsWith("build ", StringComparison.Ordinal));

    public string At(string path) => Path.Combine(Root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        File.SetUnixFileMode(At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Takes Node.js and npm from the machine, until their packages are installed.</summary>
    public void TakeNodeAway()
    {
        Directory.CreateDirectory(At("apart"));
        File.Move(At("fakes/node"), At("apart/node"));
        File.Move(At("fakes/npm"), At("apart/npm"));
    }

    /// <summary>
    /// Runs <c>./trackhub</c> to its end. <paramref name="variables"/> (MISSING, SDKS, BREAK, BREAK_NPM, OLD_NODE, BLOCK) steer the stand-ins.
    /// </summary>
    public async Task<LauncherExit> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        using var launcher = Start(arguments, variables);
        return await EndAsync(launcher);
    }

    public Process Start(string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(At("trackhub"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{At("fakes")}:{At("tools")}";
        start.Environment["HOME"] = Root;
        start.Environment["SANDBOX"] = Root;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<LauncherExit> EndAsync(Process launcher)
    {
        var output = launcher.StandardOutput.ReadToEndAsync();
        var messages = launcher.StandardError.ReadToEndAsync();
        await launcher.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new LauncherExit(launcher.ExitCode, await output, await messages);
    }

    /// <summary>Runs a tool of the system, for what .NET has no call for.</summary>
    public static async Task RunToolAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>The system's tools, but not its Node.js: whether there is one is the sandbox's to say.</summary>
    private void LinkTools()
    {
        Directory.CreateDirectory(At("tools"));
        foreach (var tool in Directory.EnumerateFiles("/usr/bin").Where(static path => Path.GetFileName(path) is not ("node" or "nodejs" or "npm" or "npx" or "dotnet")))
            File.CreateSymbolicLink(At($"tools/{Path.GetFileName(tool)}"), tool);
    }
}
