using System.Reflection;
using System.Xml.Linq;
using Pare.Testing;
using Xunit;

namespace Pare.Tests;

/// <summary>The rooms hold: which project may reference which, and that nothing under the command line writes to the console.</summary>
public sealed class RoomsTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Pare.Graph"] = [],
        ["Pare.Codecs"] = [],
        ["Pare.Formats"] = ["Pare.Graph", "Pare.Codecs"],
        ["Pare.Passes"] = ["Pare.Graph", "Pare.Codecs"],
        ["Pare.Runtime"] = ["Pare.Graph", "Pare.Passes", "Pare.Formats"],
        ["Pare.Evaluation"] = ["Pare.Graph", "Pare.Runtime"],
        ["Pare"] = ["Pare.Graph", "Pare.Codecs", "Pare.Formats", "Pare.Passes", "Pare.Runtime", "Pare.Evaluation"],
    };

    public static TheoryData<string> Rooms => [.. s_allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void References_OfAProject_StayWithinThePlan(string room)
    {
        XDocument project = XDocument.Load(Path.Combine(SharedFiles.Repository, "src", room, room + ".csproj"));
        string[] found = [.. project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!))];
        Assert.Empty(found.Except(s_allowed[room]));
        if (room == "Pare.Graph")
        {
            Assert.Empty(project.Descendants("PackageReference"));
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void References_OfAnAssembly_StayWithinThePlan(string room)
    {
        string[] found = [.. Assembly.Load(room).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n == "Pare" || n.StartsWith("Pare.", StringComparison.Ordinal))];
        HashSet<string> allowed = [.. s_allowed[room], .. s_allowed[room].SelectMany(r => s_allowed[r])];
        Assert.Empty(found.Except(allowed));
    }

    [Fact]
    public void Sources_UnderTheCommandLine_DoNotWriteToTheConsole()
    {
        string[] offenders = [.. Directory.EnumerateFiles(Path.Combine(SharedFiles.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("Console.", StringComparison.Ordinal))];
        Assert.Empty(offenders);
    }
}
