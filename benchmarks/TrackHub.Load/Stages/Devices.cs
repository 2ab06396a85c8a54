using System.Globalization;

namespace TrackHub.Load.Stages;

/// <summary>A device's browser as a sale or click tells it. <paramref name="Agent"/> stands for the raw text.</summary>
internal readonly record struct Device(string Agent, string Browser, int Major, string Os, bool InApp);

/// <summary>Draws devices by how common they are: some raw user agents are shared by a fifth of all visitors, inside apps nearly each has its own.</summary>
internal static class Devices
{
    /// <summary>A visitor's device.</summary>
    public static Device Draw(Random random)
    {
        var share = random.NextDouble();
        return share switch
        {
            < 0.24 => ChromeMobile(random),
            < 0.46 => InApp(random, "instagram", "android", 400),
            < 0.54 => InApp(random, "facebook", "android", 300),
            < 0.68 => InApp(random, "instagram", "ios", 60),
            < 0.79 => Safari(random),
            < 0.83 => Named(random, "samsung", 28, "android", 10),
            < 0.95 => ChromeDesktop(random),
            < 0.98 => Named(random, "edge", 141, "windows", 2),
            _ => Named(random, "firefox", 143, "windows", 3),
        };
    }

    /// <summary>The system's own browser of a device, to which an app hands over.</summary>
    public static Device SystemBrowser(Device device, Random random) => device.Os == "ios" ? Safari(random) : ChromeMobile(random);

    // Chrome on Android tells "Android 10; K" whatever the device is: only the major version differs.
    private static Device ChromeMobile(Random random) => Chrome(random, "android");

    private static Device ChromeDesktop(Random random) => Chrome(random, "windows");

    private static Device Chrome(Random random, string os)
    {
        var major = random.NextDouble() switch { < 0.70 => 141, < 0.90 => 140, < 0.96 => 139, _ => 130 + random.Next(9) };
        return new($"chrome/{os}/{Text(major)}", "chrome", major, os, InApp: false);
    }

    private static Device Safari(Random random)
    {
        var minor = random.Next(6);
        return new($"safari/ios/18.{Text(minor)}", "safari", 18, "ios", InApp: false);
    }

    private static Device InApp(Random random, string app, string os, int models)
    {
        // A few models are common, most are rare.
        var model = (int)(models * Math.Pow(random.NextDouble(), 2));
        return new($"{app}/{os}/{Text(model)}", app, 400 + (model % 3), os, InApp: true);
    }

    private static Device Named(Random random, string browser, int major, string os, int builds)
    {
        var build = random.Next(builds);
        return new($"{browser}/{os}/{Text(build)}", browser, major - (build % 2), os, InApp: false);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
