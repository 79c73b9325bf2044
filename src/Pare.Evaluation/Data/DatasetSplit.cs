namespace Pare.Evaluation;

/// <summary>A part of a data set.</summary>
public enum DatasetSplit
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>The part that models are trained on.</summary>
    Training,

    /// <summary>The part that training is steered by.</summary>
    Validation,

    /// <summary>The part kept for the last measurement.</summary>
    Testing,
}
