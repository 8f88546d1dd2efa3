classdef string
    %STRING   In the place of MATLAB's class of this name, which Octave lacks: texts in double quotes.
    %   Has what the package uses of it: the class name, NUMEL, CHAR and CELLSTR.
    properties (Access = private)
        texts
    end
    methods

        function self = string(varargin)
            self.texts = varargin;
        end

        function n = numel(self, varargin)
            n = builtin('numel', self.texts);
        end

        function text = char(self)
            text = self.texts{1};
        end

        function cells = cellstr(self)
            cells = self.texts;
        end

    end
end
